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
        if headers.isEmpty { return HTTPResponse(status, headers: onlyJSON, body: body) }
        return HTTPResponse(status, type: "application/json", headers: headers, body: body)
    }

    /// The fields of most answers, made once.
    private static let onlyJSON: HTTPHeaders = ["Content-Type": "application/json"]

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
        typed.append(contentsOf: headers)
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
        if buffer.isEmpty { buffer.reserveCapacity(192 + headers.bytes.count + body.count) }
        buffer.append("HTTP/1.1 ")
        buffer.append(decimal: status.rawValue)
        buffer.append(.space)
        buffer.append(contentsOf: status.reason.utf8)
        buffer.append("\r\n")
        if headers.areLines { buffer.append(contentsOf: headers.bytes) } else { writeFields(into: &buffer, date) }

        if let date {
            buffer.append("Date: ")
            buffer.append(fieldContent: date)
        }
        if !status.forbidsContent, !isEndless {
            buffer.append("Content-Length: ")
            buffer.append(decimal: body.count)
            buffer.append("\r\n")
        }
        if !keepAlive {
            buffer.append("Connection: close\r\n")
        } else if version == .http10 {
            buffer.append("Connection: keep-alive\r\n")
        }
        buffer.append("\r\n")
        if !forHead, !status.forbidsContent { buffer.append(contentsOf: body) }
    }

    /// Fields that follow from the arguments of `serialize`.
    private static let owned = ["Content-Length", "Transfer-Encoding", "Connection"]

    /// Whether a field can be sent as it is, and in every answer.
    static func isLine(_ bytes: Span<UInt8>, _ field: HTTPHeaders.Field) -> Bool {
        isField(bytes, field, besides: owned + ["Date"]) && field.value.allSatisfy { bytes[$0].isFieldContent }
    }

    private static func isField(_ bytes: Span<UInt8>, _ field: HTTPHeaders.Field, besides owned: [String]) -> Bool {
        !field.name.isEmpty && field.name.allSatisfy { ByteSet.token.contains(bytes[$0]) }
            && !owned.contains { bytes.equals(field.name, ignoringCase: $0) }
    }

    private func writeFields(into buffer: inout [UInt8], _ date: String?) {
        let owned = date == nil ? Self.owned : Self.owned + ["Date"]
        for field in headers.fields where Self.isField(headers.bytes.span, field, besides: owned) {
            buffer.append(contentsOf: headers.bytes[field.name])
            buffer.append(": ")
            for byte in headers.bytes[field.value] { buffer.append(byte.isFieldContent ? byte : .space) }
            buffer.append("\r\n")
        }
    }
}
