/// Rows under a heading, each column as wide as its widest text; on a terminal no wider than that.
struct Table {
    private static let gap = "  "
    /// Characters of a column that are left at least.
    private static let least = 6

    private var rows: [[String]]
    private let yielding: [String]

    /// `yielding`: the columns that are shortened where the terminal is too narrow, the least important first.
    init(_ heading: String..., yielding: [String]) {
        rows = [heading]
        self.yielding = yielding
    }

    mutating func add(_ row: String...) {
        // A cell is one line, and what comes from outside gives the terminal no orders.
        rows.append(row.map { cell in String(cell.map { $0.isControl ? " " : $0 }) })
    }

    /// The text for standard output.
    var text: String { text(width: Terminal.width, Palette(showsColours: Terminal.showsColours)) }

    private func text(width: Int?, _ palette: Palette) -> String {
        let widths = widths(within: width)
        return rows.enumerated().map { index, row in
            let cells = row.enumerated().map { column, cell in
                let room = widths[column]
                let shown = cell.count > room ? cell.prefix(room - 1) + "…" : cell[...]
                // The last column needs no padding: nothing follows.
                let padding = column == row.count - 1 ? "" : String(repeating: " ", count: room - shown.count)
                let text = String(shown)
                return (index == 0 ? palette.paint(text, .heading) : palette.paint(text, as: text)) + padding
            }
            return cells.joined(separator: Self.gap)
        }.joined(separator: "\n")
    }

    private func widths(within limit: Int?) -> [Int] {
        let columns = rows.map(\.count).max() ?? 0
        var widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        guard let limit else { return widths }
        for name in yielding {
            let excess = widths.reduce(0, +) + Self.gap.count * (columns - 1) - limit
            guard excess > 0, let column = rows.first?.firstIndex(of: name) else { continue }
            widths[column] = max(min(widths[column], max(Self.least, name.count)), widths[column] - excess)
        }
        return widths
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
