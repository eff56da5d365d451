package import Chrono

/// One HTTP request to send, and how long it may take.
package struct OutgoingRequest: Sendable {
    /// An HTTP method (RFC 9110 section 9).
    ///
    /// A body is announced, even an empty one, unless it is empty and the method
    /// is GET, HEAD, DELETE or OPTIONS.
    package var method: String
    /// An absolute http or https URL.
    ///
    /// It may be a credential (Slack's is): no error and no description repeats it.
    package var url: String
    /// Sent in this order; what is not given is left to libcurl (`Host`, `User-Agent`, `Accept`).
    ///
    /// `Content-Length`, `Transfer-Encoding` and `Expect` are the client's own: naming one is an error.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// The time for everything, from the call to the last byte of the response: waiting for other requests to the same
    /// host, finding its address, connecting, TLS, sending, receiving.
    package var timeout: Span
    /// The time for address, connection and TLS; nil: only `timeout` counts.
    package var connectTimeout: Span?
    /// Bytes of the response body that are kept.
    ///
    /// A longer one ends the exchange: that counts as a success whose body is truncated, and the connection is closed,
    /// for the rest may have no end.
    package var responseLimit: Int
    /// The path of a Unix socket to connect to; the URL's host is then only the `Host` header.
    package var unixSocket: String?
    /// Whether it must not reach the peer twice: it is given a new connection then.
    ///
    /// On a kept one that ends without an answer libcurl sends a request again, whatever its method, because most
    /// often the peer had closed it before (`Curl_retry_request` in its lib/transfer.c).
    package var isSentOnce: Bool
    /// Whether the exchange ends when there is a connection, TLS included, without a byte of the request being sent.
    var endsConnected = false

    package init(
        method: String = "POST",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Span,
        connectTimeout: Span? = nil,
        responseLimit: Int = 65_536,
        unixSocket: String? = nil,
        isSentOnce: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseLimit = responseLimit
        self.unixSocket = unixSocket
        self.isSentOnce = isSentOnce
    }
}

extension OutgoingRequest: CustomStringConvertible {
    /// Method and host, and nothing that may be secret.
    package var description: String {
        let host = (try? WebAddress(url))?.host ?? "an invalid URL"
        return "\(method) to \(host)"
    }
}

extension OutgoingRequest {
    var announcesBody: Bool {
        !body.isEmpty || !["GET", "HEAD", "DELETE", "OPTIONS"].contains(method)
    }

    /// The header lines as curl takes them.
    ///
    /// - Throws: `invalidRequest` for a method, a header or a socket path that could not be sent as it is: a line break
    ///   in a value would let its author write headers, or a second request, of their own.
    func checkedHeaderLines() throws(TransportError) -> [String] {
        guard method.isToken else { throw .invalidRequest("the method is not a word that HTTP allows") }
        if let unixSocket {
            // sun_path holds 108 bytes, the closing NUL among them (unix(7)).
            guard 1..<108 ~= unixSocket.utf8.count, !unixSocket.utf8.contains(0) else {
                throw .invalidRequest("the path of the Unix socket is empty, too long or holds a NUL")
            }
        }
        var lines: [String] = []
        for (name, value) in headers {
            guard name.isToken else { throw .invalidRequest("a header's name is not a word that HTTP allows") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .invalidRequest("the header \(name) holds a line break or another control character")
            }
            guard !["content-length", "transfer-encoding", "expect"].contains(name.lowercased()) else {
                throw .invalidRequest("the header \(name) is set by the client itself")
            }
            // To curl "Name:" means: leave it out. An empty value is written with a semicolon (CURLOPT_HTTPHEADER).
            lines.append(value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? "\(name);" : "\(name): \(value)")
        }
        // Without these two curl asks leave before a large body, and calls every body a form.
        lines.append("Expect:")
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        return lines
    }
}

extension String {
    /// Whether it is a token, as methods and names of headers are (RFC 9110 section 5.6.2).
    package var isToken: Bool {
        !utf8.isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
