extension HTTPHeaders.Field {
    /// Reads one line of a header or trailer section, `name ":" OWS value OWS` (RFC 9112 section 5).
    ///
    /// - Parameters:
    ///   - bytes: where the line lies.
    ///   - line: the place of the line in `bytes`, without CRLF; not empty.
    ///   - base: the place that the ranges of the field count from.
    /// - Throws: what is wrong with the line.
    init(parsing bytes: Span<UInt8>, line: Range<Int>, from base: Int) throws(HTTPRefusal) {
        // RFC 9112 section 5.2: a line that starts with whitespace continues the one before it (obs-fold). Section 2.2:
        // before the first field it is an attempt to slip one past a filter. Both are refused.
        guard bytes[line.lowerBound] != .space, bytes[line.lowerBound] != .tab else {
            throw .badRequest("a header line starts with whitespace")
        }
        var colon = line.lowerBound
        while colon < line.upperBound, ByteSet.token.contains(bytes[colon]) { colon += 1 }
        try Self.checkName(bytes, line: line, end: colon)

        let value = bytes.trimming(colon + 1..<line.upperBound)
        var index = value.lowerBound
        while index < value.upperBound {
            // RFC 9110 section 5.5: CR, LF and NUL are refused or replaced by a recipient, other controls are invalid.
            guard bytes[index].isFieldContent else { throw .badRequest("a header value holds a control character") }
            index += 1
        }
        self.init(
            name: line.lowerBound - base..<colon - base,
            value: value.lowerBound - base..<value.upperBound - base
        )
    }

    /// Says what is wrong with a line where the bytes of a token do not end at a colon.
    private static func checkName(_ bytes: Span<UInt8>, line: Range<Int>, end: Int) throws(HTTPRefusal) {
        guard end < line.upperBound else { throw .badRequest("a header line has no colon") }
        guard bytes[end] == UInt8(ascii: ":") else {
            // RFC 9112 section 5.1: whitespace before the colon must be answered with 400.
            throw bytes[end] == .space || bytes[end] == .tab
                ? .badRequest("there is whitespace in a header name or before its colon")
                : .badRequest("a header name holds a character that is not allowed")
        }
        guard end > line.lowerBound else { throw .badRequest("a header name is empty") }
    }
}
