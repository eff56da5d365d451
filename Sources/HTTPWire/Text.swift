/// Reading text out of received bytes.
extension Span<UInt8> {
    /// The bytes as UTF-8; what is not UTF-8 becomes U+FFFD, so that no received byte can make this fail.
    func text(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the bytes are `word`, where upper and lower case ASCII letters are the same.
    func equals(_ range: Range<Int>, ignoringCase word: String) -> Bool {
        let other = word.utf8.span
        guard range.count == other.count else { return false }
        for offset in other.indices where self[range.lowerBound + offset].lowercased != other[offset].lowercased {
            return false
        }
        return true
    }

    /// The range without the spaces and tabs around its content (`OWS`, RFC 9110 section 5.6.3).
    func trimming(_ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, self[lower] == .space || self[lower] == .tab { lower += 1 }
        while lower < upper, self[upper - 1] == .space || self[upper - 1] == .tab { upper -= 1 }
        return lower..<upper
    }

    /// The first place of a byte in the range.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Whether a comma-separated list has the element, in any case (RFC 9110 section 5.6.1).
    func list(_ range: Range<Int>, contains element: String) -> Bool {
        var rest = range
        while let comma = firstIndex(of: UInt8(ascii: ","), in: rest) {
            if equals(trimming(rest.lowerBound..<comma), ignoringCase: element) { return true }
            rest = comma + 1..<rest.upperBound
        }
        return equals(trimming(rest), ignoringCase: element)
    }

    /// Whether every `%` starts a percent-encoded byte (RFC 3986 section 2.1).
    func hasWholePercentTriplets(_ range: Range<Int>) -> Bool {
        var rest = range
        while let percent = firstIndex(of: UInt8(ascii: "%"), in: rest) {
            guard percent + 2 < range.upperBound, self[percent + 1].hexValue != nil, self[percent + 2].hexValue != nil
            else { return false }
            rest = percent + 3..<range.upperBound
        }
        return true
    }
}
