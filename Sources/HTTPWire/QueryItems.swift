extension HTTPRequest {
    /// The `name=value` pairs of the query in order, percent-decoded; `name` alone has an empty value.
    ///
    /// A plus sign stays a plus sign (RFC 3986 gives it no other meaning), so that `?line=+12025551234` means that number.
    /// What does not decode to UTF-8 is given as it was sent.
    package func queryItems() -> [(name: String, value: String)] {
        guard let query else { return [] }
        return query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            return (Self.percentDecode(name) ?? name, Self.percentDecode(value) ?? value)
        }
    }

    /// Decodes `%41` to `A` (RFC 3986 section 2.1).
    ///
    /// - Returns: nil if a percent sign is not followed by two hexadecimal digits, or if the result is not UTF-8.
    package static func percentDecode(_ text: String) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.utf8.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next()?.hexValue, let low = bytes.next()?.hexValue else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
