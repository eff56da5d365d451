/// Numbers, RFC 8259 section 6.
extension JSONParser {
    /// Takes a number and answers its text: what it is worth is for the caller to say, who knows the type wanted.
    mutating func number() throws(JSONSyntaxError) -> String {
        let start = cursor
        if byte == UInt8(ascii: "-") { cursor += 1 }
        if byte == UInt8(ascii: "0") {
            cursor += 1
            try checkAfterZero(start)
        } else {
            try takeDigits(after: "'-'")
        }
        if byte == UInt8(ascii: ".") {
            cursor += 1
            try takeDigits(after: "'.'")
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { cursor += 1 }
            try takeDigits(after: "the 'e' of an exponent")
        }
        guard !byte.isWordCharacter, let text = text(from: start, to: cursor) else {
            throw unexpected("the end of a number")
        }
        return text
    }

    private func checkAfterZero(_ start: Int) throws(JSONSyntaxError) {
        if byte.isDigit {
            throw JSONSyntaxError(offset: start, message: "a number does not start with a needless 0")
        }
        if byte | 0x20 == UInt8(ascii: "x") {
            throw JSONSyntaxError(offset: start, message: "a number is written in decimal")
        }
    }

    private mutating func takeDigits(after place: StaticString) throws(JSONSyntaxError) {
        guard byte.isDigit else { throw unexpected("a digit after \(place)") }
        while byte.isDigit { cursor += 1 }
    }
}

extension UInt8 {
    @inline(__always) var isDigit: Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
    }

    /// A letter, a digit or an underscore.
    var isWordCharacter: Bool {
        isDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 || self == UInt8(ascii: "_")
    }
}
