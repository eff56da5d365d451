/// `method SP request-target SP HTTP-version` (RFC 9112 section 3).
struct RequestLine: Sendable, Equatable {
    let method: String
    let target: RequestTarget
    let version: HTTPVersion

    init(method: String, target: RequestTarget, version: HTTPVersion) {
        self.method = method
        self.target = target
        self.version = version
    }

    /// Reads a line without its CRLF.
    ///
    /// The version is judged before the target, so that a client that speaks HTTP/2 (`PRI * HTTP/2.0`, RFC 9113
    /// section 3.4) hears 505 and not that `*` is wrong.
    init(parsing bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) {
        // RFC 9112 section 3: exactly one SP between the parts. Section 3.2: a line with whitespace elsewhere is refused,
        // not repaired, because repair is what request smuggling lives on.
        var space = line.lowerBound
        while space < line.upperBound, ByteSet.token.contains(bytes[space]) { space += 1 }
        // RFC 9110 section 9.1: the method is a token, in its own case.
        guard space > line.lowerBound, space < line.upperBound, bytes[space] == .space else {
            throw .badRequest("the request line does not start with a method and one space")
        }
        guard let second = bytes.firstIndex(of: .space, in: space + 1..<line.upperBound) else {
            throw .badRequest("the request line does not have three parts")
        }
        version = try Self.version(bytes, second + 1..<line.upperBound)
        let method = bytes.text(line.lowerBound..<space)
        target = try RequestTarget(parsing: bytes, space + 1..<second, method: method)
        self.method = method
    }

    /// `"HTTP/" DIGIT "." DIGIT`, in upper case (RFC 9112 section 2.3).
    private static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) -> HTTPVersion {
        let start = range.lowerBound
        guard range.count == 8,
            bytes[start] == UInt8(ascii: "H"), bytes[start + 1] == UInt8(ascii: "T"),
            bytes[start + 2] == UInt8(ascii: "T"), bytes[start + 3] == UInt8(ascii: "P"),
            bytes[start + 4] == UInt8(ascii: "/"), bytes[start + 5].isDigit,
            bytes[start + 6] == UInt8(ascii: "."), bytes[start + 7].isDigit
        else { throw .badRequest("the request line does not end with an HTTP version") }

        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .versionNotSupported }
        switch bytes[start + 7] {
        case UInt8(ascii: "1"): return .http11
        case UInt8(ascii: "0"): return .http10
        // RFC 9110 section 2.5 would have 1.2 read as 1.1. There is none, so whoever says it is probing.
        default: throw .versionNotSupported
        }
    }
}
