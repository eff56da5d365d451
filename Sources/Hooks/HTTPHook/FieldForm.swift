import HTTPClient

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
        case .url: PercentEncoding.encode(value)
        case .form: Self.formEncoded(value)
        case .markup: Self.escaped(value)
        case .header: String(decoding: value.utf8.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
        }
    }

    /// Scalar by scalar: a space with an accent upon it is a space, too.
    private static func formEncoded(_ value: String) -> String {
        value.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
            .map { PercentEncoding.encode(String($0)) }.joined(separator: "+")
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
