package import Crypto
import HTTPClient
import JSON

/// Lines and their forwarding: what both versions have.
extension PartnerAPI {
    /// All lines of the account; never a part of them.
    package func lines() async throws(PartnerError) -> [AccountLine] { try await listing().lines }

    /// All lines of the account, and what Linq's support finds the answer by.
    package func listing() async throws(PartnerError) -> (lines: [AccountLine], traceID: String?) {
        try await ask(PartnerCall(path: "/phone_numbers")) { answer throws(AnswerReader.Fault) in
            (try answer.requiredElements("phone_numbers").read(AccountLine.init), answer.traceID)
        }
    }

    /// Has calls to a line go to another number, or with nil nowhere.
    ///
    /// Gives the line as Linq tells of it afterwards, which in V3 is without reputation and type.
    package func setForwarding(_ number: String?, of id: AccountLine.ID) async throws(PartnerError) -> AccountLine {
        let path = "/phone_numbers/\(PercentEncoding.encode(id.description))"
        // The empty text clears in both versions; null does in V3 only.
        let body = JSON.object([("forwarding_number", .string(number ?? ""))])
        return try await ask(PartnerCall(method: "PUT", path: path, body: body), AccountLine.init)
    }
}

/// Webhook subscriptions, of V3 only.
extension PartnerAPI {
    /// All subscriptions of the account.
    package func subscriptions() async throws(PartnerError) -> [WebhookSubscription] {
        try requireV3("webhook subscriptions")
        return try await ask(PartnerCall(path: Self.subscriptionsPath)) { answer throws(AnswerReader.Fault) in
            try answer.requiredElements("subscriptions").read(WebhookSubscription.init)
        }
    }

    /// One subscription.
    package func subscription(_ id: String) async throws(PartnerError) -> WebhookSubscription {
        try requireV3("webhook subscriptions")
        return try await ask(PartnerCall(path: Self.path(of: id)), WebhookSubscription.init)
    }

    /// Makes a subscription; the secret that signs its deliveries is told here and never again.
    ///
    /// Not repeated when it is open whether it was made; Linq takes each `targetURL` once.
    package func createSubscription(
        targetURL: String,
        events: [String],
        phoneNumbers: [String] = []
    ) async throws(PartnerError) -> (subscription: WebhookSubscription, signingSecret: Secret) {
        try requireV3("webhook subscriptions")
        let body = JSON.object([
            ("target_url", .string(targetURL)), ("subscribed_events", .array(events.map(JSON.string))),
            ("phone_numbers", phoneNumbers.isEmpty ? nil : .array(phoneNumbers.map(JSON.string))),
        ])
        return try await ask(.creation(Self.subscriptionsPath, body)) { answer throws(AnswerReader.Fault) in
            (try WebhookSubscription(answer), Secret(try answer.text("signing_secret")))
        }
    }

    /// Changes what the change names, and nothing else.
    package func updateSubscription(
        _ id: String,
        _ change: WebhookSubscription.Change
    ) async throws(PartnerError) -> WebhookSubscription {
        try requireV3("webhook subscriptions")
        let call = PartnerCall(method: "PUT", path: Self.path(of: id), body: change.json)
        return try await ask(call, WebhookSubscription.init)
    }

    /// Removes a subscription.
    ///
    /// - Throws: 404 also when an attempt before this one, whose answer got lost, has removed it.
    package func deleteSubscription(_ id: String) async throws(PartnerError) {
        try requireV3("webhook subscriptions")
        _ = try await perform(PartnerCall(method: "DELETE", path: Self.path(of: id)))
    }

    private static let subscriptionsPath = "/webhook-subscriptions"

    private static func path(of id: String) -> String { "\(subscriptionsPath)/\(PercentEncoding.encode(id))" }
}

/// Reputation audits, of V3 only.
extension PartnerAPI {
    /// Starts an audit of a line.
    ///
    /// While one is running Linq answers with that one's id (the SDK's words), or with 409 (its earlier documents): then
    /// `PartnerError.auditID` is the running one's if Linq tells it. For some time after an audit there is 429 with
    /// `retryAfter`. Not repeated when it is open whether it was started.
    package func startAudit(of line: String) async throws(PartnerError) -> AuditTicket {
        try requireV3("reputation audits")
        return try await ask(.creation(Self.auditsPath(of: line), nil), AuditTicket.init)
    }

    /// What has become of an audit of a line.
    package func audit(of line: String, _ id: String) async throws(PartnerError) -> AuditResult {
        try requireV3("reputation audits")
        let path = "\(Self.auditsPath(of: line))/\(PercentEncoding.encode(id))"
        return try await ask(PartnerCall(path: path), AuditResult.init)
    }

    private static func auditsPath(of line: String) -> String {
        "/phone_numbers/\(PercentEncoding.encode(line))/reputation_audit"
    }
}

extension PartnerAPI {
    private func requireV3(_ what: String) throws(PartnerError) {
        if access.version == .v2 { throw .unsupported(what) }
    }
}

extension [AnswerReader] {
    /// `map`, which in Swift 6.3 loses the type of what a throwing initializer throws.
    fileprivate func read<Record>(
        _ record: (AnswerReader) throws(AnswerReader.Fault) -> Record
    ) throws(AnswerReader.Fault) -> [Record] {
        var records: [Record] = []
        for element in self { records.append(try record(element)) }
        return records
    }
}
