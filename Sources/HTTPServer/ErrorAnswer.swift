import HTTPWire

extension HTTPResponse {
    /// `{"error":"…","detail":"…"}`.
    ///
    /// Both are words of this program, which need no escaping.
    static func refusal(_ status: HTTPStatus, _ error: String, _ detail: String) -> HTTPResponse {
        SafeHeaders.added(
            to: .json(
                status,
                #"{"error":"\#(error)","detail":"\#(detail)"}"#,
                headers: status == .serviceUnavailable ? ["Retry-After": "5"] : [:]
            )
        )
    }
}
