/// Writing Internet timestamps where one is written for every request.
extension Timestamp {
    /// Appends the text of `rfc3339`: always UTC with `Z`; three fraction digits, or six if three do not hold the instant.
    package func appendRFC3339(to output: inout [UInt8]) {
        let (day, time) = civil
        output.append(padded: day.year, digits: 4, then: "-")
        output.append(padded: day.month, digits: 2, then: "-")
        output.append(padded: day.day, digits: 2, then: "T")
        output.append(padded: time.second / 3600, digits: 2, then: ":")
        output.append(padded: time.second / 60 % 60, digits: 2, then: ":")
        output.append(padded: time.second % 60, digits: 2, then: ".")
        let isWholeMillisecond = time.microsecond.isMultiple(of: 1000)
        output.append(
            padded: isWholeMillisecond ? time.microsecond / 1000 : time.microsecond,
            digits: isWholeMillisecond ? 3 : 6,
            then: "Z"
        )
    }
}

extension [UInt8] {
    /// Appends so many decimal digits, and what stands after them.
    fileprivate mutating func append(padded value: Int, digits: Int, then next: Unicode.Scalar) {
        var unit = 1
        for _ in 1..<digits { unit *= 10 }
        while unit > 0 {
            append(0x30 + UInt8(value / unit % 10))
            unit /= 10
        }
        append(UInt8(ascii: next))
    }
}
