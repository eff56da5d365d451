import HTTPWire
import JSON
import Ledger

/// Answers to those who ask whether the daemon lives, and whether it works.
enum Health {
    /// `/healthz`: the process answers.
    static func answer(_ request: HTTPRequest) -> HTTPResponse {
        request.method == "GET" || request.method == "HEAD"
            ? .json(.ok, #"{"status":"ok"}"#)
            : .json(
                .methodNotAllowed,
                #"{"error":"method_not_allowed","detail":"ask with GET"}"#,
                headers: ["Allow": "GET, HEAD"]
            )
    }

    /// `/readyz`: 200, or 503 with the reasons why what arrives cannot be stored.
    ///
    /// `certificateDays`: whole days until the webhook listener's certificate ends; nil when it has none.
    static func readiness(_ reasons: [String], certificateDays: Int?) -> HTTPResponse {
        let body = JSON.object([
            ("status", .string(reasons.isEmpty ? "ready" : "not ready")),
            ("reasons", .array(reasons.map(JSON.string))),
            ("certificate_days", certificateDays.map { .number($0) }),
        ])
        return .json(reasons.isEmpty ? .ok : .serviceUnavailable, body.bytes())
    }
}
