/// Writing text as bytes.
extension [UInt8] {
    /// Appends a literal of more than one character, as it stands in the program.
    package mutating func append(_ literal: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a number that is not negative in decimal digits.
    mutating func append(decimal number: Int) {
        if number > 9 { append(decimal: number / 10) }
        append(0x30 &+ UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends the value of a field and the end of its line; what could break the message becomes spaces.
    mutating func append(fieldContent value: String) {
        let start = count
        append(contentsOf: value.utf8)
        for index in start..<count where !self[index].isFieldContent { self[index] = .space }
        append("\r\n")
    }
}
