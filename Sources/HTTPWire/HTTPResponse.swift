/// One answer, and how it is written.
package struct HTTPResponse: Sendable, Equatable {
    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(_ status: HTTPStatus, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of `application/json`.
    package static func json(_ status: HTTPStatus, _ body: [UInt8], headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status, type: "application/json", headers: headers, body: body)
    }

    /// An answer of `application/json`.
    package static func json(_ status: HTTPStatus, _ body: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
        json(status, Array(body.utf8), headers: headers)
    }

    /// An answer of plain text in UTF-8.
    package static func text(_ status: HTTPStatus, _ body: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status, type: "text/plain; charset=utf-8", headers: headers, body: Array(body.utf8))
    }

    /// The interim answer to `Expect: 100-continue` (RFC 9110 section 15.2.1).
    package static let continue100 = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private init(_ status: HTTPStatus, type: String, headers: HTTPHeaders, body: [UInt8]) {
        var typed: HTTPHeaders = ["Content-Type": type]
        for (name, value) in headers { typed.append(name, value) }
        self.init(status, headers: typed, body: body)
    }

    /// Appends the message to a buffer.
    ///
    /// Length and persistence are written here, so such fields in `headers` are left out. No field can break the message
    /// (RFC 9110 section 5.5): one whose name is not a token is dropped, and CR, LF, NUL and other controls in a value
    /// become spaces.
    ///
    /// - Parameters:
    ///   - buffer: what the message is appended to.
    ///   - version: what the client speaks. The status line says HTTP/1.1 regardless (RFC 9110 section 2.5).
    ///   - keepAlive: whether another request may follow; if not, `Connection: close` says so (RFC 9112 section 9.6).
    ///   - forHead: the request was HEAD, so the length is told but the body is left out (RFC 9110 section 9.3.2).
    ///   - date: for the Date field, in the form of RFC 9110 section 5.6.7.
    ///   - isEndless: more of the body follows, until the connection is closed (RFC 9112 section 6.3, the last case).
    package func serialize(
        into buffer: inout [UInt8],
        version: HTTPVersion,
        keepAlive: Bool,
        forHead: Bool,
        date: String?,
        isEndless: Bool = false
    ) {
        // Only for a first message: `reserveCapacity` grows by no more than it is asked, so pipelined answers would be copied
        // once per answer.
        if buffer.isEmpty { buffer.reserveCapacity(192 + headers.bytes.count + headers.count * 4 + body.count) }
        buffer.append(contentsOf: "HTTP/1.1 ".utf8)
        buffer.append(contentsOf: String(status.rawValue).utf8)
        buffer.append(.space)
        buffer.append(contentsOf: status.reason.utf8)
        buffer.append(contentsOf: "\r\n".utf8)
        writeFields(into: &buffer, without: date == nil ? Self.owned : Self.owned + ["Date"])

        if let date { Self.write("Date", date, into: &buffer) }
        if !status.forbidsContent, !isEndless { Self.write("Content-Length", String(body.count), into: &buffer) }
        if !keepAlive {
            Self.write("Connection", "close", into: &buffer)
        } else if version == .http10 {
            Self.write("Connection", "keep-alive", into: &buffer)
        }
        buffer.append(contentsOf: "\r\n".utf8)
        if !forHead, !status.forbidsContent { buffer.append(contentsOf: body) }
    }

    /// Fields that follow from the arguments of `serialize`.
    private static let owned = ["Content-Length", "Transfer-Encoding", "Connection"]

    private func writeFields(into buffer: inout [UInt8], without owned: [String]) {
        let span = headers.bytes.span
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.allSatisfy({ ByteSet.token.contains(span[$0]) }),
                !owned.contains(where: { span.equals(field.name, ignoringCase: $0) })
            else { continue }
            buffer.append(contentsOf: headers.bytes[field.name])
            buffer.append(contentsOf: ": ".utf8)
            for index in field.value { buffer.append(span[index].isFieldContent ? span[index] : .space) }
            buffer.append(contentsOf: "\r\n".utf8)
        }
    }

    private static func write(_ name: String, _ value: String, into buffer: inout [UInt8]) {
        buffer.append(contentsOf: name.utf8)
        buffer.append(contentsOf: ": ".utf8)
        for byte in value.utf8 { buffer.append(byte.isFieldContent ? byte : .space) }
        buffer.append(contentsOf: "\r\n".utf8)
    }
}
