import Crypto

// The encodings of mail: everything that goes out is ASCII in lines that any server takes.

enum MailText {
    /// Bytes of an encoded line at the most, the `=` of a soft break among them (RFC 2045 section 6.7).
    private static let lineLimit = 76

    /// Quoted-printable of UTF-8 text, with CRLF for every line break.
    ///
    /// A dot at the beginning of a line is encoded too, so that nothing depends on how dots are escaped on the way.
    static func quotedPrintable(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { quotedLine(Array($0.utf8)) }
            .joined(separator: "\r\n")
    }

    private static func quotedLine(_ bytes: [UInt8]) -> String {
        var lines = ""
        var width = 0
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let piece =
                switch byte {
                case UInt8(ascii: " "): isLast ? "=20" : " "
                case UInt8(ascii: "."): width == 0 ? "=2E" : "."
                case UInt8(ascii: "="): "=3D"
                case 0x21...0x7E: String(UnicodeScalar(byte))
                default: "=" + Hex.encode([byte]).uppercased()
                }
            if width + piece.utf8.count > (isLast ? lineLimit : lineLimit - 1) {
                lines += "=\r\n"
                width = 0
                // The dot has come to the beginning of a line.
                let moved = piece == "." ? "=2E" : piece
                lines += moved
                width = moved.utf8.count
            } else {
                lines += piece
                width += piece.utf8.count
            }
        }
        return lines
    }

    /// A text as the value of a header such as `Subject`, in as many lines as it takes.
    ///
    /// ASCII stays as it is; anything else becomes encoded words in base64 of UTF-8 (RFC 2047). Line breaks and control
    /// characters become spaces: whoever writes a value must not write headers.
    ///
    /// `column`: what the header's name and colon already take of the first line.
    static func headerValue(_ text: String, column: Int) -> String {
        let words = text.split { character in
            character.isWhitespace || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        let plain = words.joined(separator: " ")
        let isPlain = plain.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !plain.contains("=?")
        // A line must be folded at a space (RFC 5322 section 2.2.3), and a word may be longer than a line.
        guard isPlain, words.allSatisfy({ $0.utf8.count < lineLimit - column }) else {
            return encodedWords(plain, column: column)
        }
        return folded(words.map(String.init), column: column)
    }

    /// Words with spaces between them, and a line break before each that does not fit.
    static func folded(_ words: [String], column: Int) -> String {
        var text = ""
        var width = column
        for word in words {
            if text.isEmpty {
                text = word
            } else if width + 1 + word.utf8.count > lineLimit {
                text += "\r\n \(word)"
                width = 0
            } else {
                text += " \(word)"
            }
            width += 1 + word.utf8.count
        }
        return text
    }

    /// An encoded word has 75 bytes at the most and holds whole characters (RFC 2047 sections 2 and 5).
    private static func encodedWords(_ text: String, column: Int) -> String {
        var words: [String] = []
        var piece: [UInt8] = []
        // 45 bytes are 60 in base64, and "=?utf-8?B?" with "?=" 72.
        var room = min(45, max(6, (lineLimit - column - 12) / 4 * 3))
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if piece.count + bytes.count > room {
                words.append(encodedWord(piece))
                piece = []
                room = 45
            }
            piece += bytes
        }
        words.append(encodedWord(piece))
        return words.joined(separator: "\r\n ")
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Base64.encode(bytes))?=" }
}
