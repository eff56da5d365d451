/// The `host[:port]` of a Host field or of a target in absolute form (RFC 9110 section 7.2, RFC 3986 section 3.2).
enum Authority {
    /// Whether the bytes are a host with or without a port; an empty host is for the caller to judge.
    ///
    /// `userinfo@` is not: RFC 9110 section 4.2.4 calls it likely to hide the real host.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let colon = endOfHost(bytes, range) else { return false }
        guard colon < range.upperBound else { return true }
        guard bytes[colon] == UInt8(ascii: ":") else { return false }
        return isPort(bytes, colon + 1..<range.upperBound)
    }

    private static func endOfHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        guard index < range.upperBound, bytes[index] == UInt8(ascii: "[") else {
            while index < range.upperBound, ByteSet.registeredName.contains(bytes[index]) { index += 1 }
            return bytes.hasWholePercentTriplets(range.lowerBound..<index) ? index : nil
        }
        index += 1
        var colons = 0
        while index < range.upperBound, ByteSet.addressLiteral.contains(bytes[index]) {
            if bytes[index] == UInt8(ascii: ":") { colons += 1 }
            index += 1
        }
        guard colons >= 2, index < range.upperBound, bytes[index] == UInt8(ascii: "]") else { return nil }
        return index + 1
    }

    /// `*DIGIT`, so possibly nothing, but never beyond 65535.
    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= 5 else { return false }
        var port = 0
        for index in range {
            guard bytes[index].isDigit else { return false }
            port = port * 10 + Int(bytes[index] - 0x30)
        }
        return port <= 65_535
    }
}
