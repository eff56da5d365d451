import Posix

/// One line on standard error that tells how far long work has come; nothing where nobody watches.
struct ProgressBar {
    /// Steps that are shown: a hundred, so that not every little step writes.
    private final class Shown { var percent = -1 }

    private let what: String
    private let isWatched = Terminal.rewritesErrors
    private let shown = Shown()

    init(_ what: String) { self.what = what }

    /// Shows a part from 0 to 1; nil: it has just begun.
    func show(_ part: Double?) {
        guard isWatched else { return }
        let percent = Int((part ?? 0) * 100)
        guard percent > shown.percent || part == nil else { return }
        shown.percent = percent
        Process.write(Array("\r\(what): \(percent) %\u{1B}[K".utf8), to: 2)
    }

    /// Takes the line away again.
    func clear() {
        if isWatched, shown.percent >= 0 { Process.write(Array("\r\u{1B}[K".utf8), to: 2) }
    }
}

extension Int {
    /// Bytes as people read them: `812 bytes`, `1.4 MB`.
    var asSize: String {
        var (value, units) = (Double(self), ["KB", "MB", "GB", "TB"][...])
        guard self >= 1_000, var unit = units.popFirst() else { return "\(self) bytes" }
        value /= 1_000
        while value >= 1_000, let next = units.popFirst() { (value, unit) = (value / 1_000, next) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
