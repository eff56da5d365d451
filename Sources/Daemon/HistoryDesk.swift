import HTTPWire
import Intake
import JSON
import Ledger
import Lines

/// Tells of the past: events, incidents and deliveries, newest first, in pages.
struct HistoryDesk: Sendable {
    /// Which history is asked for.
    enum Subject: String, Sendable, CaseIterable {
        case events, incidents, deliveries, audit

        /// What `state` may say.
        var states: [String] {
            switch self {
            case .events: ["applied", "stale", "quarantined"]
            case .incidents: ["open", "closed"]
            case .deliveries: ["pending", "delivered", "dead", "superseded"]
            case .audit: []
            }
        }

        /// What may be asked with.
        var filters: [String] {
            switch self {
            case .events, .incidents: ["line", "state", "before", "limit"]
            case .deliveries: ["line", "state", "before", "limit", "hook"]
            case .audit: ["before", "limit"]
            }
        }
    }

    /// Rows in a page at the most.
    private static let pageLimit = 1_000

    let reader: LedgerReader

    /// `line`, `state`, for deliveries `hook`; `before` is `next_before` of the page before, `limit` the size of the page.
    func page(_ subject: Subject, _ items: [(name: String, value: String)]) async throws -> HTTPResponse {
        let query: HistoryQuery
        switch Self.query(subject, items) {
        case .success(let read): query = read
        case .failure(let problem): return Refusal(.badRequest, "bad_query", problem.sentence).response
        }
        let rows: [(seq: Int64, json: JSON)]
        switch subject {
        case .events: rows = try await reader.events(query).map { ($0.seq, $0.json) }
        case .incidents: rows = try await reader.incidents(query).map { ($0.seq, $0.incident.json) }
        case .deliveries: rows = try await reader.deliveries(query).map { ($0.seq, $0.json) }
        case .audit: return try await audit(items)
        }
        let next = rows.count == query.limit ? rows.last?.seq : nil
        let body = JSON.object([
            (subject.rawValue, .array(rows.map(\.json))), ("next_before", next.map { .number($0) } ?? .null),
        ])
        return .json(.ok, body.bytes())
    }

    /// One delivery with what was answered to each attempt.
    func delivery(_ id: String) async throws -> HTTPResponse {
        guard let record = try await reader.delivery(id) else {
            return Refusal(.notFound, "unknown_delivery", "there is no delivery with this id").response
        }
        let attempts = try await reader.attempts(record)
        let body = JSON.object([("delivery", record.json), ("attempts", .array(attempts.map(\.json)))])
        return .json(.ok, body.bytes())
    }

    /// What operators did: `before` and `limit` as for the other histories.
    func audit(_ items: [(name: String, value: String)]) async throws -> HTTPResponse {
        let query: HistoryQuery
        switch Self.query(.audit, items) {
        case .success(let read): query = read
        case .failure(let problem): return Refusal(.badRequest, "bad_query", problem.sentence).response
        }
        let rows = try await reader.audit(before: query.before, limit: query.limit)
        let next = rows.count == query.limit ? rows.last?.seq : nil
        let body = JSON.object([
            ("audit", .array(rows.map(\.json))), ("next_before", next.map { .number($0) } ?? .null),
        ])
        return .json(.ok, body.bytes())
    }

    /// What is wrong with a query, in a sentence.
    struct QueryProblem: Error { let sentence: String }

    static func query(
        _ subject: Subject,
        _ items: [(name: String, value: String)]
    ) -> Result<HistoryQuery, QueryProblem> {
        func problem(_ sentence: String) -> Result<HistoryQuery, QueryProblem> {
            .failure(QueryProblem(sentence: sentence))
        }
        var query = HistoryQuery(limit: 100)
        for (name, value) in items {
            guard subject.filters.contains(name) else {
                return problem("there are \(subject.filters.joined(separator: ", ")) to ask with")
            }
            switch name {
            case "line":
                guard let line = PhoneNumber(value) else { return problem("line is an E.164 number") }
                query.line = line
            case "state":
                guard subject.states.contains(value) else {
                    return problem("state is one of \(subject.states.joined(separator: ", "))")
                }
                query.state = value
            case "before":
                guard let place = Int64(value) else { return problem("before is next_before of another page") }
                query.before = place
            case "limit":
                guard let number = Int(value), (1...pageLimit).contains(number) else {
                    return problem("limit is a number from 1 to \(pageLimit)")
                }
                query.limit = number
            default: query.hook = value
            }
        }
        return .success(query)
    }
}
