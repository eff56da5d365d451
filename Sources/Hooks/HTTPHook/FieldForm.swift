/// How the value of a field is written where it stands, so that it stays a value.
enum FieldForm: Sendable, Hashable {
    /// As it is: plain text, and the strings of a JSON body, which is escaped as a whole.
    case verbatim
    /// In a URL: all but unreserved characters percent-encoded (RFC 3986, section 2.3).
    case url
    /// In `application/x-www-form-urlencoded`: the same, with `+` for a space (URL standard, section 5.2).
    case form
    /// In HTML and XML.
    case markup
    /// In a header: without control characters, which would end it.
    case header

    /// The form that a media type demands; JSON is not written through this.
    init(mediaType: String) {
        switch mediaType {
        case "application/x-www-form-urlencoded": self = .form
        case "text/html", "text/xml", "application/xml": self = .markup
        default: self = mediaType.hasSuffix("+xml") ? .markup : .verbatim
        }
    }

    func write(_ value: String) -> String {
        switch self {
        case .verbatim: value
        case .url: Self.percentEncoded(value, space: "%20")
        case .form: Self.percentEncoded(value, space: "+")
        case .markup: Self.escaped(value)
        case .header: String(decoding: value.utf8.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
        }
    }

    private static func percentEncoded(_ value: String, space: String) -> String {
        var text = ""
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: text.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20: text += space
            default: text += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
