/// Strings, RFC 8259 section 7.
extension JSONParser {
    /// Takes a string from its opening to its closing quote.
    mutating func string() throws(JSONSyntaxError) -> String {
        let opening = cursor
        var end = cursor + 1
        var seen: UInt8 = 0
        var next = byte(at: end)
        while next.isPlainInString {
            seen |= next
            end += 1
            next = byte(at: end)
        }
        guard next == UInt8(ascii: "\"") else { return try stringWithEscapes(opening) }
        let text = seen < 0x80 ? asciiText(from: opening + 1, to: end) : text(from: opening + 1, to: end)
        guard let text else { throw invalidUTF8(from: opening) }
        cursor = end + 1
        return text
    }

    /// The slow path: an escape, or something that may not stand in a string.
    private mutating func stringWithEscapes(_ opening: Int) throws(JSONSyntaxError) -> String {
        var decoded = ""
        cursor = opening + 1
        while true {
            let start = cursor
            while byte.isPlainInString { cursor += 1 }
            guard let plain = text(from: start, to: cursor) else { throw invalidUTF8(from: start) }
            decoded += plain
            switch byte {
            case UInt8(ascii: "\""):
                cursor += 1
                return decoded
            case UInt8(ascii: "\\"): decoded.unicodeScalars.append(try escape())
            default: throw controlCharacter(inStringFrom: opening)
            }
        }
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = cursor
        cursor += 2
        switch byte(at: start + 1) {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(start)
        default:
            cursor = start + 1
            guard cursor < count else { throw endsInsideString() }
            throw JSONSyntaxError(offset: start, message: "no such escape; a backslash is written \\\\")
        }
    }

    /// The four digits after `\u`, and the second half of a surrogate pair.
    private mutating func unicodeEscape(_ start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let unit = try hexadecimalUnit(start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let half = JSONSyntaxError(offset: start, message: "half of a surrogate pair, which is no character")
        guard UTF16.isLeadSurrogate(unit), byte == UInt8(ascii: "\\"), byte(at: cursor + 1) == UInt8(ascii: "u") else {
            throw half
        }
        let second = cursor
        cursor += 2
        let trail = try hexadecimalUnit(second)
        guard UTF16.isTrailSurrogate(trail) else { throw half }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private mutating func hexadecimalUnit(_ start: Int) throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = byte.hexadecimalDigit else {
                throw JSONSyntaxError(offset: start, message: "\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            cursor += 1
        }
        return unit
    }

    private func controlCharacter(inStringFrom opening: Int) -> JSONSyntaxError {
        if cursor >= count { return endsInsideString() }
        if byte == 0x0A || byte == 0x0D {
            let rule = "a string ends on the line where it starts; a line break in it is written \\n"
            return JSONSyntaxError(offset: opening, message: rule)
        }
        let code = "00" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        return JSONSyntaxError(offset: cursor, message: "a control character in a string is written \\u\(code)")
    }

    private func endsInsideString() -> JSONSyntaxError {
        JSONSyntaxError(offset: count, message: "the document ends inside a string")
    }
}

extension UInt8 {
    /// Whether the byte stands for itself in a string: no quote, no backslash, no control character, not the end.
    @inline(__always) fileprivate var isPlainInString: Bool {
        self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }

    fileprivate var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
