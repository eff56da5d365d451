/// `chunk-size [ chunk-ext ]`, the line before the data of a chunk (RFC 9112 section 7.1).
struct ChunkHead: Sendable, Equatable {
    /// Bytes of data that follow; 0 in the last chunk.
    let size: Int
    /// Bytes after the size, semicolon included.
    ///
    /// They are counted and dropped: RFC 9112 section 7.1.1 says to ignore extensions that are not understood, and none is.
    let extensionBytes: Int

    /// Eight digits are far beyond any body limit and cannot overflow (RFC 9112 section 7.1 warns of both).
    static let mostDigits = 8

    /// Reads a line without its CRLF.
    init(parsing bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = bytes[index].hexValue {
            guard index - line.lowerBound < Self.mostDigits else {
                throw .badRequest("a chunk size has too many digits")
            }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > line.lowerBound else { throw .badRequest("a chunk size is not a hexadecimal number") }

        // RFC 9112 section 7.1.1 lets whitespace stand before the semicolon. Parsers have disagreed on `5 `, so nothing
        // but a semicolon may follow the size.
        guard index == line.upperBound || bytes[index] == UInt8(ascii: ";") else {
            throw .badRequest("a chunk size is not a hexadecimal number")
        }
        for place in index..<line.upperBound where !bytes[place].isFieldContent {
            throw .badRequest("a chunk extension holds a control character")
        }
        self.size = size
        extensionBytes = line.upperBound - index
    }
}
