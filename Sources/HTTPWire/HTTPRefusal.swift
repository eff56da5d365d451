/// Why a request was not taken: the status to answer with, a short code for programs, one sentence for people.
///
/// `detail` is always one of the literals in this target, never bytes of the request, so it is safe to send and to log.
package struct HTTPRefusal: Error, Sendable, Equatable {
    package let status: HTTPStatus
    /// For example `bad_request`; a stable label for metrics and for the answer's `error` member.
    package let code: String
    package let detail: String

    package init(status: HTTPStatus, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }
}

extension HTTPRefusal {
    static func badRequest(_ detail: String) -> HTTPRefusal {
        HTTPRefusal(status: .badRequest, code: "bad_request", detail: detail)
    }

    static func notImplemented(_ detail: String) -> HTTPRefusal {
        HTTPRefusal(status: .notImplemented, code: "not_implemented", detail: detail)
    }

    static let uriTooLong = HTTPRefusal(
        status: .uriTooLong,
        code: "uri_too_long",
        detail: "the request line is longer than this server takes"
    )

    static let headersTooLarge = HTTPRefusal(
        status: .requestHeaderFieldsTooLarge,
        code: "headers_too_large",
        detail: "the header section is larger than this server takes"
    )

    static let tooManyHeaders = HTTPRefusal(
        status: .requestHeaderFieldsTooLarge,
        code: "headers_too_large",
        detail: "there are more header fields than this server takes"
    )

    static let trailersTooLarge = HTTPRefusal(
        status: .requestHeaderFieldsTooLarge,
        code: "headers_too_large",
        detail: "the trailer section is larger than this server takes"
    )

    static let bodyTooLarge = HTTPRefusal(
        status: .contentTooLarge,
        code: "body_too_large",
        detail: "the body is larger than this server takes"
    )

    static let versionNotSupported = HTTPRefusal(
        status: .httpVersionNotSupported,
        code: "version_not_supported",
        detail: "this server speaks HTTP/1.1 and HTTP/1.0 only"
    )

    static let expectationFailed = HTTPRefusal(
        status: .expectationFailed,
        code: "expectation_failed",
        detail: "the only expectation this server meets is 100-continue"
    )

    static let chunkExtensionsTooLong = badRequest("the chunk extensions are longer than this server takes")
}
