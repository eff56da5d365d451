/// Blanks out what is not code, so that a forbidden word in a comment or a message is no finding.
///
/// It knows line comments, nested block comments, string literals of all four kinds (`"`, `"""`, each with any number of
/// `#`) and the code in their interpolations. It does not know regex literals between bare slashes.
struct SwiftText {
    private enum Mode {
        /// Code; inside an interpolation with the count of parentheses open since.
        case code(parentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let text: [UInt8]
    private var output: [UInt8] = []
    private var position = 0
    private var modes: [Mode] = [.code(parentheses: 0)]

    /// The text with everything but code turned into spaces; line ends stay where they are.
    static func code(of text: String) -> String {
        var lexer = SwiftText(text: Array(text.utf8))
        lexer.output.reserveCapacity(lexer.text.count)
        while lexer.position < lexer.text.count { lexer.step() }
        return String(decoding: lexer.output, as: UTF8.self)
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func step() {
        switch modes.last {
        case .string(let hashes, let isMultiline): stepInString(hashes, isMultiline)
        case .code(let parentheses): stepInCode(parentheses)
        case nil: modes = [.code(parentheses: 0)]
        }
    }

    private mutating func stepInCode(_ parentheses: Int) {
        if sees("//") { return blankLineComment() }
        if sees("/*") { return blankBlockComment() }
        if let opening = stringOpening() { return enterString(opening) }
        switch text[position] {
        case UInt8(ascii: "("): modes[modes.count - 1] = .code(parentheses: parentheses + 1)
        case UInt8(ascii: ")"):
            if parentheses == 0, modes.count > 1 {
                modes.removeLast()
            } else {
                modes[modes.count - 1] = .code(parentheses: parentheses - 1)
            }
        default: break
        }
        keep()
    }

    private mutating func stepInString(_ hashes: Int, _ isMultiline: Bool) {
        let pounds = String(repeating: "#", count: hashes)
        let quote = isMultiline ? "\"\"\"" : "\""
        if sees(quote + pounds) {
            blank(quote.utf8.count + hashes)
            modes.removeLast()
        } else if sees("\\" + pounds + "(") {
            blank(1 + hashes)
            keep()
            modes.append(.code(parentheses: 0))
        } else if sees("\\" + pounds) {
            blank(2 + hashes)
        } else if !isMultiline, text[position] == UInt8(ascii: "\n") {
            // Not Swift; carry on as code rather than lose the rest of the file.
            modes.removeLast()
        } else {
            blank(1)
        }
    }

    private func stringOpening() -> (hashes: Int, isMultiline: Bool)? {
        var index = position
        while index < text.count, text[index] == UInt8(ascii: "#") { index += 1 }
        guard index < text.count, text[index] == UInt8(ascii: "\"") else { return nil }
        return (index - position, sees("\"\"\"", at: index))
    }

    private mutating func enterString(_ opening: (hashes: Int, isMultiline: Bool)) {
        blank(opening.hashes + (opening.isMultiline ? 3 : 1))
        modes.append(.string(hashes: opening.hashes, isMultiline: opening.isMultiline))
    }

    private mutating func blankLineComment() {
        while position < text.count, text[position] != UInt8(ascii: "\n") { blank(1) }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if sees("/*") {
                depth += 1
                blank(2)
            } else if sees("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < text.count
    }

    private func sees(_ word: String) -> Bool { sees(word, at: position) }
    private func sees(_ word: String, at index: Int) -> Bool { text[index...].starts(with: word.utf8) }

    private mutating func keep() {
        output.append(text[position])
        position += 1
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < text.count {
            output.append(text[position] == UInt8(ascii: "\n") ? text[position] : UInt8(ascii: " "))
            position += 1
        }
    }
}
