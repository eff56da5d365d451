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
