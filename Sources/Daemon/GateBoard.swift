import Chrono
import HTTPWire
import JSON
import Ledger
import Lines
import Synchronization

/// The present decision about every line, in memory: what senders ask before each send.
final class GateBoard: Sendable {
    private struct Entry: Sendable {
        let assessment: Assessment
        let since: Timestamp
        let incident: String?
    }

    private let entries = Mutex<[PhoneNumber: Entry]>([:])

    /// Takes over what a commit changed.
    func update(_ records: [LineRecord]) {
        if records.isEmpty { return }
        entries.withLock { entries in
            for record in records {
                entries[record.state.line] = Entry(
                    assessment: record.assessment,
                    since: record.decisionSince,
                    incident: record.incident
                )
            }
        }
    }

    /// Answers a sender: 423 when the line is paused, else 200.
    ///
    /// A line that was never heard of may send.
    ///
    /// `closed`: why no line may send, whatever is known of it; nil: each as it is known.
    func answer(_ line: PhoneNumber, now: Timestamp, closed: String?) -> HTTPResponse {
        let entry = entries.withLock { $0[line] }
        let decision = closed == nil ? entry?.assessment.decision ?? .allowed : .paused
        let reasons = [closed].compactMap { $0 } + (entry?.assessment.reasons ?? [])
        let body = JSON.object([
            ("phone_number", .string(line.description)),
            ("decision", .string(decision.rawValue)),
            ("reasons", .array(reasons.map(JSON.string))),
            ("since", entry.map { .string($0.since.rfc3339) } ?? .null),
            ("as_of", .string(now.rfc3339)),
            ("incident", entry?.incident.map(JSON.string) ?? .null),
        ])
        return .json(decision == .paused ? .locked : .ok, body.bytes(), headers: ["Cache-Control": "no-store"])
    }

    /// Every line that may not send freely, in the order of their numbers.
    var restricted: [JSON] {
        let found = entries.withLock { $0.filter { $0.value.assessment.decision != .allowed } }
        return found.sorted { $0.key.description < $1.key.description }.map { line, entry in
            .object([
                ("phone_number", .string(line.description)),
                ("decision", .string(entry.assessment.decision.rawValue)),
                ("reasons", .array(entry.assessment.reasons.map(JSON.string))),
                ("since", .string(entry.since.rfc3339)),
                ("incident", entry.incident.map(JSON.string) ?? .null),
            ])
        }
    }

    /// Since when a line is paused; nil when it is not.
    func pausedSince(_ line: PhoneNumber) -> Timestamp? {
        entries.withLock { $0[line] }.flatMap { $0.assessment.decision == .paused ? $0.since : nil }
    }

    /// How many lines have each decision.
    var counts: [Decision: Int] {
        entries.withLock { entries in
            entries.values.reduce(into: [:]) { $0[$1.assessment.decision, default: 0] += 1 }
        }
    }
}
