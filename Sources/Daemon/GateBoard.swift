import Chrono
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Lines
import Synchronization

/// The present decision about every line, in memory: what senders ask before each send.
final class GateBoard: Sendable {
    /// A line that may send, without a word to be said about it, needs no more than this: nearly all of them are such.
    private struct Entry: Sendable {
        let since: Timestamp
        let notes: GateNotes?
    }

    private let entries = Mutex<[LineKey: Entry]>([:])

    /// Takes over what a commit changed.
    func update(_ records: [LineRecord]) {
        if records.isEmpty { return }
        entries.withLock { entries in
            for record in records {
                entries[LineKey(record.state.line)] = Entry(since: record.decisionSince, notes: GateNotes(record))
            }
        }
    }

    /// Takes over, at the start, that a line may send, without a word to be said about it.
    func assume(_ line: PhoneNumber, since: Timestamp) {
        entries.withLock { $0[LineKey(line)] = Entry(since: since, notes: nil) }
    }

    /// Answers a sender: 423 when the line is paused, else 200.
    ///
    /// A line that was never heard of may send.
    ///
    /// `closed`: why no line may send, whatever is known of it; nil: each as it is known.
    func answer(_ line: PhoneNumber, now: Timestamp, closed: String?) -> HTTPResponse {
        let entry = entries.withLock { $0[LineKey(line)] }
        let notes = entry?.notes
        let decision = closed == nil ? notes?.decision ?? .allowed : .paused
        var body: [UInt8] = []
        body.reserveCapacity(224 + (notes?.bytes ?? 0))
        body.append(#"{"phone_number":""#)
        // A number is digits after a plus sign: nothing to be escaped.
        body += line.description.utf8
        body.append(#"","decision":""#)
        body += decision.rawValue.utf8
        body.append(#"","reasons":"#)
        if let closed {
            body += JSON.array(([closed] + (notes?.reasons ?? [])).map(JSON.string)).bytes()
        } else if let notes {
            body += notes.reasonsJSON
        } else {
            body.append("[]")
        }
        body.append(#","since":"#)
        if let entry { body.append(quoted: entry.since) } else { body.append("null") }
        body.append(#","as_of":"#)
        body.append(quoted: now)
        body.append(#","incident":"#)
        if let notes { body += notes.incidentJSON } else { body.append("null") }
        body.append(UInt8(ascii: "}"))
        return HTTPResponse(decision == .paused ? .locked : .ok, headers: Self.headers, body: body)
    }

    /// The fields of every answer, made once.
    private static let headers =
        SafeHeaders.added(to: .json(.ok, [], headers: ["Cache-Control": "no-store"])).headers

    /// Every line that may not send freely, in the order of their numbers.
    var restricted: [JSON] {
        let found = entries.withLock { entries in
            entries.compactMap { key, entry in
                entry.notes.flatMap { $0.decision == .allowed ? nil : (key.description, entry.since, $0) }
            }
        }
        return found.sorted { $0.0 < $1.0 }.map { line, since, notes in
            .object([
                ("phone_number", .string(line)),
                ("decision", .string(notes.decision.rawValue)),
                ("reasons", .array(notes.reasons.map(JSON.string))),
                ("since", .string(since.rfc3339)),
                ("incident", notes.incident.map(JSON.string) ?? .null),
            ])
        }
    }

    /// Since when a line is paused; nil when it is not.
    func pausedSince(_ line: PhoneNumber) -> Timestamp? {
        entries.withLock { $0[LineKey(line)] }.flatMap { $0.notes?.decision == .paused ? $0.since : nil }
    }

    /// How many lines have each decision.
    var counts: [Decision: Int] {
        entries.withLock { entries in
            entries.values.reduce(into: [:]) { $0[$1.notes?.decision ?? .allowed, default: 0] += 1 }
        }
    }
}

/// A line's number as a number: 15 digits at the most (`PhoneNumber`), the first of them not 0.
private struct LineKey: Hashable, CustomStringConvertible {
    private let digits: UInt64

    init(_ line: PhoneNumber) {
        var digits: UInt64 = 0
        let bytes = line.description.utf8.span
        for index in 1..<bytes.count { digits = digits &* 10 &+ UInt64(bytes[index] &- 0x30) }
        self.digits = digits
    }

    var description: String { "+\(digits)" }
}

/// What is to be said of a line besides that it may send; written once, when it changes.
private final class GateNotes: Sendable {
    let decision: Decision
    let reasons: [String]
    let incident: String?
    let reasonsJSON: [UInt8]
    let incidentJSON: [UInt8]

    /// Nil when there is nothing to be said.
    init?(_ record: LineRecord) {
        decision = record.assessment.decision
        reasons = record.assessment.reasons
        incident = record.incident
        if decision == .allowed, reasons.isEmpty, incident == nil { return nil }
        reasonsJSON = JSON.array(reasons.map(JSON.string)).bytes()
        incidentJSON = (incident.map(JSON.string) ?? .null).bytes()
    }

    var bytes: Int { reasonsJSON.count + incidentJSON.count }
}

extension [UInt8] {
    fileprivate mutating func append(quoted moment: Timestamp) {
        append(UInt8(ascii: "\""))
        moment.appendRFC3339(to: &self)
        append(UInt8(ascii: "\""))
    }
}
