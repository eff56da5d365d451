/// What the header fields say about the message itself: where its body ends, and what is to happen around it.
struct Framing: Sendable, Equatable {
    /// How the end of the body is found (RFC 9112 section 6.3).
    enum Body: Sendable, Equatable {
        case none
        case counted(Int)
        case chunked
    }

    private(set) var body = Body.none
    /// Whether the connection may serve another request (RFC 9112 section 9.3).
    private(set) var keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    private(set) var expectsContinue = false

    /// Reads the fields that frame a request and refuses those that could be read in two ways.
    init(_ headers: HTTPHeaders, version: HTTPVersion, limits: HTTPLimits) throws(HTTPRefusal) {
        let found = try Found(headers, version: version)
        keepAlive = !found.close && (version == .http11 || found.keepAlive)

        if let coding = found.transferEncoding {
            // RFC 9112 section 6.1: a request with both is how smuggling starts; it may be refused, and is.
            guard found.contentLength == nil else {
                throw .badRequest("Content-Length and Transfer-Encoding exclude each other")
            }
            // RFC 9112 section 6.1: HTTP/1.0 has no transfer codings, so the framing is faulty.
            guard version == .http11 else { throw .badRequest("HTTP/1.0 has no Transfer-Encoding") }
            // RFC 9112 section 6.1: 501 for a coding that is not understood.
            guard headers.bytes.span.equals(coding, ignoringCase: "chunked") else {
                throw .notImplemented("the only Transfer-Encoding this server takes is chunked")
            }
            body = .chunked
        } else if let length = found.contentLength {
            let count = try Self.length(headers.bytes.span, length, limit: limits.bodyBytes)
            body = count == 0 ? .none : .counted(count)
        }
        // RFC 9110 section 10.1.1: an HTTP/1.0 client cannot mean it, and without a body there is nothing to wait for.
        expectsContinue = found.expectsContinue && version == .http11 && body != .none
    }

    /// `1*DIGIT` (RFC 9110 section 8.6), refused as soon as it is known to be beyond the limit, so it cannot overflow.
    private static func length(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) throws(HTTPRefusal) -> Int {
        // This also refuses `5, 5`: RFC 9112 section 6.3 permits to take a repeated length once, and no honest sender needs it.
        guard !range.isEmpty, range.allSatisfy({ bytes[$0].isDigit }) else {
            throw .badRequest("Content-Length is not a decimal number")
        }
        var length = 0
        for index in range {
            length = length * 10 + Int(bytes[index] - 0x30)
            guard length <= limit else { throw .bodyTooLarge }
        }
        return length
    }
}

/// The framing fields of one head, gathered in one pass.
private struct Found {
    var contentLength: Range<Int>?
    var transferEncoding: Range<Int>?
    var close = false
    var keepAlive = false
    var expectsContinue = false
    private var hasHost = false

    init(_ headers: HTTPHeaders, version: HTTPVersion) throws(HTTPRefusal) {
        let bytes = headers.bytes.span
        for field in headers.fields {
            // The length of the name rules out nearly every field before a byte is compared.
            switch field.name.count {
            case 4 where bytes.equals(field.name, ignoringCase: "host"):
                try take(host: field.value, bytes)
            case 6 where bytes.equals(field.name, ignoringCase: "expect"):
                guard bytes.equals(field.value, ignoringCase: "100-continue") else { throw .expectationFailed }
                expectsContinue = true
            case 10 where bytes.equals(field.name, ignoringCase: "connection"):
                close = close || bytes.list(field.value, contains: "close")
                keepAlive = keepAlive || bytes.list(field.value, contains: "keep-alive")
            case 14 where bytes.equals(field.name, ignoringCase: "content-length"):
                // RFC 9112 section 6.3: differing lengths must be refused; the same length twice is too.
                guard contentLength == nil else { throw .badRequest("there is more than one Content-Length") }
                contentLength = field.value
            case 17 where bytes.equals(field.name, ignoringCase: "transfer-encoding"):
                guard transferEncoding == nil else { throw .badRequest("there is more than one Transfer-Encoding") }
                transferEncoding = field.value
            default: break
            }
        }
        // RFC 9112 section 3.2: HTTP/1.1 without Host must be refused.
        guard hasHost || version == .http10 else { throw .badRequest("there is no Host") }
    }

    /// RFC 9112 section 3.2: more than one Host, or one that is not valid, must be refused in any version.
    private mutating func take(host value: Range<Int>, _ bytes: Span<UInt8>) throws(HTTPRefusal) {
        guard !hasHost else { throw .badRequest("there is more than one Host") }
        guard Authority.isValid(bytes, value) else { throw .badRequest("the Host is not valid") }
        hasHost = true
    }
}
