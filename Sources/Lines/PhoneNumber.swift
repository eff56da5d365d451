/// A phone line's number in E.164 form: `+`, then 2 to 15 digits, the first of them not 0 (ITU-T E.164, section 6).
package struct PhoneNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    /// Nil when the text is not E.164: such a text is never used as a file name, a path or a key.
    package init?(_ text: String) {
        let bytes = text.utf8.span
        guard (3...16).contains(bytes.count), bytes[0] == UInt8(ascii: "+"), bytes[1] != 0x30 else { return nil }
        for index in 1..<bytes.count {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
        }
        description = text
    }

    package static func < (left: PhoneNumber, right: PhoneNumber) -> Bool { left.description < right.description }
}
