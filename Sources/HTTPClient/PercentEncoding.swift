/// How a text is written where a URL has a meaning of its own for some characters.
package enum PercentEncoding {
    /// All bytes of its UTF-8 but unreserved characters (RFC 3986, section 2.3) as a percent sign and two digits.
    ///
    /// For one part of a path or one value of a query: `+12025551234` becomes `%2B12025551234`.
    package static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
