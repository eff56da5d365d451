extension String {
    /// The text in at most so many UTF-16 code units, with `…` at the end where something was left out.
    ///
    /// Receivers limit "characters" without saying which; this is the highest count that any of them can mean. A
    /// character as people see it can be of any length, so the cut is between Unicode scalars.
    ///
    /// `form`: what a scalar is written as; never cut in the middle.
    func clipped(to limit: Int, _ form: (Unicode.Scalar) -> String = { String($0) }) -> String {
        var written = ""
        var cut = written.endIndex
        var count = 0
        for scalar in unicodeScalars {
            let piece = form(scalar)
            count += piece.utf16.count
            if count > limit { return written[..<cut] + "…" }
            written += piece
            if count < limit { cut = written.endIndex }
        }
        return written
    }
}
