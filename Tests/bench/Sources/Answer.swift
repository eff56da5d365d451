/// The head of an HTTP message as far as a load generator has to understand it.
///
/// Read without allocating: it happens for every request, on the cores that the subject needs.
struct Head: Equatable {
    /// Where the first line ends.
    let firstLineEnd: Int
    let bodyStart: Int
    let contentLength: Int?
    /// Whether the connection takes no further request.
    let closes: Bool

    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")

    /// Nil: it is not whole yet.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Head? {
        guard let firstLineEnd = endOfLine(bytes, from: 0) else { return nil }
        var length: Int?
        var closes = false
        var start = firstLineEnd + 2
        while start < bytes.count {
            guard let end = endOfLine(bytes, from: start) else { return nil }
            if end == start {
                return Head(firstLineEnd: firstLineEnd, bodyStart: end + 2, contentLength: length, closes: closes)
            }
            if bytes[start] | 0x20 == UInt8(ascii: "c") {
                if let value = value(bytes, start, end, of: "content-length:") {
                    length = number(bytes, value, until: end)
                } else if let value = value(bytes, start, end, of: "connection:") {
                    closes = bytes[value] | 0x20 == UInt8(ascii: "c")
                }
            }
            start = end + 2
        }
        return nil
    }

    /// Where the line ends that begins at `start`: at its CR.
    private static func endOfLine(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == cr, bytes[index + 1] == lf { return index }
            index += 1
        }
        return nil
    }

    /// Where the value of a header line begins, if it is this header's; `name` in lower case with its colon.
    private static func value(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ end: Int,
        of name: StaticString
    ) -> Int? {
        let count = name.utf8CodeUnitCount
        guard end - start > count else { return nil }
        for index in 0..<count where bytes[start + index] | 0x20 != name.utf8Start[index] | 0x20 { return nil }
        var value = start + count
        while value < end - 1, bytes[value] == UInt8(ascii: " ") { value += 1 }
        return value
    }

    /// Nil for what is no number of some digits.
    static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int, until end: Int) -> Int? {
        guard start < end, end - start < 16 else { return nil }
        var number = 0
        for index in start..<end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}

/// An HTTP answer.
struct Answer: Equatable {
    enum Reading: Equatable {
        case incomplete
        /// It has no length, or is no HTTP/1.1.
        case malformed
        case whole(Answer)
    }

    let status: Int
    /// Bytes of head and body together.
    let length: Int
    let bodyStart: Int
    /// Whether the connection takes no further request.
    let closes: Bool

    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        // `HTTP/1.1 200`
        guard bytes.count >= 12 else { return .incomplete }
        guard bytes[0] == UInt8(ascii: "H"), bytes[5] == UInt8(ascii: "1"), bytes[8] == UInt8(ascii: " "),
            let status = Head.number(bytes, 9, until: 12)
        else { return .malformed }
        guard let head = Head.read(bytes) else { return .incomplete }
        guard let bodyLength = head.contentLength ?? (status == 204 ? 0 : nil) else { return .malformed }
        let length = head.bodyStart + bodyLength
        if bytes.count < length { return .incomplete }
        return .whole(Answer(status: status, length: length, bodyStart: head.bodyStart, closes: head.closes))
    }
}
