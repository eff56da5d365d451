/// Writing Internet timestamps where one is written for every request.
extension Timestamp {
    /// Appends the text of `rfc3339`: always UTC with `Z`; three fraction digits, or six if three do not hold the instant.
    package func appendRFC3339(to output: inout [UInt8]) {
        let (day, time) = civil
        output.append(twoDigits: day.year / 100)
        output.append(twoDigits: day.year % 100, then: "-")
        output.append(twoDigits: day.month, then: "-")
        output.append(twoDigits: day.day, then: "T")
        output.append(twoDigits: time.second / 3600, then: ":")
        output.append(twoDigits: time.second / 60 % 60, then: ":")
        output.append(twoDigits: time.second % 60, then: ".")
        let millisecond = time.microsecond / 1000
        output.append(0x30 + UInt8(millisecond / 100))
        output.append(twoDigits: millisecond % 100)
        if !time.microsecond.isMultiple(of: 1000) {
            output.append(0x30 + UInt8(time.microsecond / 100 % 10))
            output.append(twoDigits: time.microsecond % 100)
        }
        output.append(UInt8(ascii: "Z"))
    }
}

extension [UInt8] {
    fileprivate mutating func append(twoDigits value: Int) {
        append(0x30 + UInt8(value / 10))
        append(0x30 + UInt8(value % 10))
    }

    fileprivate mutating func append(twoDigits value: Int, then next: Unicode.Scalar) {
        append(twoDigits: value)
        append(UInt8(ascii: next))
    }
}
