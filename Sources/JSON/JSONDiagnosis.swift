/// Telling the person who wrote the document what is wrong at the cursor. Nothing here is on the fast path.
extension JSONParser {
    func error(_ message: String) -> JSONSyntaxError {
        JSONSyntaxError(offset: cursor, message: message)
    }

    /// What is at the cursor is not what has to be there.
    func unexpected(_ expected: String) -> JSONSyntaxError {
        if cursor >= count { return error("the document ends too early: expected \(expected)") }
        if let usual = usualMistake() { return error(usual) }
        return error("expected \(expected), found \(found)")
    }

    func noValue() -> JSONSyntaxError {
        guard let word else {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
            return isSign ? error("a number starts with a digit or '-', not with \(found)") : unexpected("a value")
        }
        switch word.lowercased() {
        case "true", "false", "null": return error("'\(word)' is not JSON; write \(word.lowercased())")
        case "none", "nil", "undefined": return error("'\(word)' is not JSON; write null")
        case "yes", "on": return error("'\(word)' is not JSON; write true")
        case "no", "off": return error("'\(word)' is not JSON; write false")
        case "nan", "infinity", "inf": return error("'\(word)' is not a JSON number")
        default: return error("'\(word)' is not a JSON value; a string is written in double quotes")
        }
    }

    func noKey() -> JSONSyntaxError {
        guard let word else { return unexpected("a key in double quotes") }
        return error("a key is written in double quotes: \"\(word)\"")
    }

    /// The first byte from there on that is not UTF-8.
    func invalidUTF8(from start: Int) -> JSONSyntaxError {
        var offset = start
        while offset < count, let length = scalarLength(at: offset) { offset += length }
        return JSONSyntaxError(offset: offset, message: "invalid UTF-8")
    }

    private func usualMistake() -> String? {
        switch (byte, byte(at: cursor + 1), scalar?.value) {
        case (UInt8(ascii: "/"), UInt8(ascii: "/"), _), (UInt8(ascii: "/"), UInt8(ascii: "*"), _),
            (UInt8(ascii: "#"), _, _):
            "a comment is not JSON"
        case (UInt8(ascii: "'"), _, _): "single quotes are not JSON; write \""
        case (_, _, .some(0x2018...0x201F)): "typographic quotes are not JSON; write \""
        case (0, _, _), (0xFF, 0xFE, _), (0xFE, 0xFF, _): "the document is not text in UTF-8"
        case (_, _, .none): "invalid UTF-8"
        default: nil
        }
    }

    /// The word, number or character at the cursor.
    private var found: String {
        if let word { return "'\(word)'" }
        guard let scalar else { return "invalid UTF-8" }
        guard !scalar.isASCII || scalar.value < 0x20 || scalar.value == 0x7F else { return "'\(scalar)'" }
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - code.utf8.count)) + code
    }

    /// The letters, digits and underscores at the cursor, cut after 24.
    private var word: String? {
        var end = cursor
        while end - cursor < 24, byte(at: end).isWordCharacter { end += 1 }
        return end == cursor ? nil : text(from: cursor, to: end)
    }

    private var scalar: Unicode.Scalar? {
        scalarLength(at: cursor).flatMap { text(from: cursor, to: cursor + $0)?.unicodeScalars.first }
    }

    /// The length in bytes of the UTF-8 scalar there, nil if there is none.
    private func scalarLength(at offset: Int) -> Int? {
        (1...4).first { text(from: offset, to: offset + $0)?.isEmpty == false }
    }
}
