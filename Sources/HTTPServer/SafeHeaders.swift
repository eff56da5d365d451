package import HTTPWire

/// What answers say to browsers: they are nothing to frame, sniff, cache or build a page from.
package enum SafeHeaders {
    /// Names and values.
    package static let fields = [
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]

    /// The answer with those of these headers that it does not have yet.
    package static func added(to response: HTTPResponse) -> HTTPResponse {
        var response = response
        if block.contains(where: { response.headers.contains($0.name) }) {
            for (name, value) in fields where !response.headers.contains(name) { response.headers.append(name, value) }
        } else {
            response.headers.append(contentsOf: block)
        }
        return response
    }

    private static let block = HTTPHeaders(fields)
}
