import Chrono
import Crypto
import HTTPClient
import JSON

/// Reads what Linq says when it does not do what was asked.
struct ErrorAnswer {
    let response: IncomingResponse
    /// Taken out of whatever is shown, should the peer repeat it.
    let key: Secret
    let now: Timestamp

    private static let wordLimit = 300

    /// Both formats, V3's `error` and V2's `errors`; for any other body the status alone speaks.
    var error: PartnerError {
        let root = try? JSON.parse(response.body)
        let detail = root?["error"]?.members == nil ? root?["errors"]?.array?.first : root?["error"]
        var error = PartnerError(
            .answered,
            status: response.status,
            message: message(detail),
            traceID: words(root?["trace_id"]) ?? words(detail?["trace_id"]) ?? headerTrace
        )
        error.code = words(detail?["code"])
        error.docURL = words(detail?["doc_url"])
        error.auditID = words(root?["audit_id"]) ?? words(detail?["audit_id"])
        error.retryAfter = wait(detail) ?? response.retryAfter(now: now)
        error.mayHaveTakenEffect = response.status >= 500
        return error
    }

    /// The trace id of any answer, a success too.
    var trace: String? {
        guard response.body.count < 1 << 16, let root = try? JSON.parse(response.body) else { return headerTrace }
        return words(root["trace_id"]) ?? headerTrace
    }

    /// No document names a header for it; gateways in front of APIs use these.
    private var headerTrace: String? {
        (response.header("X-Trace-Id") ?? response.header("X-Request-Id")).flatMap(clean)
    }

    private func message(_ detail: JSON?) -> String {
        let texts = [detail?["message"], detail?["title"], detail?["detail"]].compactMap { words($0) }
        if !texts.isEmpty { return texts.joined(separator: ": ") }
        return response.body.isEmpty ? "it gave no reason" : "its reason is not in the format of the API"
    }

    private func wait(_ detail: JSON?) -> Span? {
        guard let seconds = detail?["retry_after"]?.double, seconds > 0 else { return nil }
        return min(.seconds(seconds), .days(1))
    }

    private func words(_ json: JSON?) -> String? {
        guard let json, !json.isNull else { return nil }
        return clean(json.string ?? json.text())
    }

    /// One line without control characters, which a terminal would obey, and without the key.
    private func clean(_ text: String) -> String? {
        let secret = key.exposed
        let hidden = secret.isEmpty ? text : text.replacing(secret, with: "[redacted]")
        let visible = String(String.UnicodeScalarView(hidden.unicodeScalars.map { $0.properties.isPlain ? $0 : " " }))
        let line = visible.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if line.isEmpty { return nil }
        return line.count > Self.wordLimit ? line.prefix(Self.wordLimit) + "…" : line
    }
}

extension Unicode.Scalar.Properties {
    /// Whether it neither controls anything nor changes how others are shown.
    fileprivate var isPlain: Bool {
        switch generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
