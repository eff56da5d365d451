import Chrono
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Linq
import Posix

/// Has things done again, or only tried: replays of events and deliveries, and what an event would do.
struct ReplayDesk: Sendable {
    let ledger: Ledger
    let reader: LedgerReader
    let clock: Clock

    /// Sends a dead delivery again.
    func delivery(_ id: String, _ body: [UInt8]) async throws -> HTTPResponse {
        do throws(OrderForm.Problem) {
            let form = try OrderForm(body, keys: [], needsReason: false)
            do throws(LedgerError) {
                return answer(try await ledger.replay(delivery: id, form.signature))
            } catch {
                return OperatorDesk.notStored(error)
            }
        } catch {
            return error.response
        }
    }

    private func answer(_ outcome: DeliveryReplay) -> HTTPResponse {
        switch outcome {
        case .revived: return .json(.ok, #"{"status":"pending"}"#)
        case .unknown: return Refusal(.notFound, "unknown_delivery", "there is no delivery with this id").response
        case .notDead(let state):
            return Refusal(.conflict, "not_dead", "the delivery is \(state); only dead ones are sent again").response
        case .outdated:
            return Refusal(.conflict, "outdated", "what it says is no longer so; sent now it would do harm").response
        }
    }

    /// Reads a stored event again: one that was kept aside may be understood by now.
    func event(_ id: String, _ body: [UInt8]) async throws -> HTTPResponse {
        let form: OrderForm
        do throws(OrderForm.Problem) {
            form = try OrderForm(body, keys: [], needsReason: false)
        } catch {
            return error.response
        }
        guard let stored = try await reader.body(of: id) else {
            return Refusal(.notFound, "unknown_event", "no event with this id was kept aside").response
        }
        guard stored.state == "quarantined" else {
            return Refusal(.conflict, "not_quarantined", "the event is \(stored.state): it did what it had to").response
        }
        switch Self.reader.reread(stored.body, id: stored.id, receivedAt: stored.receivedAt) {
        case .store(let event, let notes):
            if case .quarantined(let reason) = event.meaning {
                return Refusal(.unprocessableContent, "still_not_understood", reason).response
            }
            do throws(LedgerError) {
                guard let recorded = try await ledger.replay(event, form.signature) else {
                    return Refusal(.conflict, "not_quarantined", "somebody else was faster").response
                }
                return .json(.ok, effect(recorded, messages: nil, notes: notes).bytes())
            } catch {
                return OperatorDesk.notStored(error)
            }
        case .tell(_, let event), .witness(_, let event):
            return Refusal(.unprocessableContent, "not_acted_on", "\(event.type) counts when it comes, not later")
                .response
        case .ignore(let type):
            return Refusal(.unprocessableContent, "not_acted_on", "nothing follows from events of type \(type)")
                .response
        case .refuse(let refusal): return refusal.response
        }
    }

    /// What an event would do: Linq's body as it would come, or `{"line","status","reputation"}`.
    func whatIf(_ body: [UInt8]) async throws -> HTTPResponse {
        let supposed: [UInt8]
        do throws(OrderForm.Problem) {
            supposed = try suppose(body)
        } catch {
            return error.response
        }
        switch Self.reader.suppose(supposed, now: clock.now()) {
        case .store(let event, let notes):
            if case .quarantined(let reason) = event.meaning {
                let body = JSON.object([("effect", "quarantined"), ("detail", .string(reason))])
                return .json(.ok, body.bytes())
            }
            do throws(LedgerError) {
                guard let rehearsal = try await ledger.rehearse(event) else {
                    return .json(.ok, #"{"effect":"duplicate","detail":"this event is stored already"}"#)
                }
                return .json(
                    .ok,
                    effect(rehearsal.recorded, messages: rehearsal.messages, notes: notes).bytes()
                )
            } catch {
                return OperatorDesk.notStored(error)
            }
        case .tell(let notice, _):
            let body = JSON.object([
                ("effect", "told"), ("detail", .string("people are told: \(notice.actor): \(notice.summary)")),
            ])
            return .json(.ok, body.bytes())
        case .witness(let message, _):
            let body = JSON.object([
                ("effect", "observed"),
                ("detail", .string("people are told if \(message.line) is paused and should not send")),
            ])
            return .json(.ok, body.bytes())
        case .ignore(let type):
            let body = JSON.object([
                ("effect", "ignored"), ("detail", .string("nothing follows from events of type \(type)")),
            ])
            return .json(.ok, body.bytes())
        case .refuse(let refusal): return refusal.response
        }
    }

    /// Reads bodies only; no signature is ever checked with it.
    private static let reader = Endpoint(path: "/whatif", secrets: [], tolerance: .minutes(5), hasVerified: true)

    private func suppose(_ body: [UInt8]) throws(OrderForm.Problem) -> [UInt8] {
        guard let json = try? JSON.parse(body), let members = json.members else {
            throw OrderForm.Problem("send an event as Linq does, or a JSON object with line, status and reputation")
        }
        if json["event_type"] != nil { return body }
        let known = ["line", "status", "reputation"]
        if let unknown = members.first(where: { !known.contains($0.key) }) {
            throw OrderForm.Problem(
                "there is no \(unknown.key.prefix(40)) here; there are \(known.joined(separator: ", "))"
            )
        }
        guard let line = json["line"]?.string, PhoneNumber(line) != nil else {
            throw OrderForm.Problem("line is an E.164 number")
        }
        let now = clock.now()
        let change = SampleDelivery.Change(
            phoneNumber: line,
            status: json["status"]?.string,
            previousStatus: nil,
            reputation: json["reputation"]?.string,
            previousReputation: nil,
            changedAt: now
        )
        return SampleDelivery(eventID: IdentifierSource().next("whatif", at: now), change: change, createdAt: now).body
    }

    private func effect(
        _ recorded: RecordedEvent,
        messages: [(hook: String, type: String, silence: String?)]?,
        notes: [String]
    ) -> JSON {
        let change = recorded.change
        return .object([
            ("effect", .string(recorded.state.rawValue)),
            ("line", change.map { .string($0.line.description) } ?? .null),
            ("decision_before", change.map { .string($0.assessmentBefore.decision.rawValue) } ?? .null),
            ("decision", change.map { .string($0.assessment.decision.rawValue) } ?? .null),
            ("reasons", .array((change?.assessment.reasons ?? []).map(JSON.string))),
            ("incident", change?.step.map { .string($0.rawValue) } ?? .null),
            ("gaps", .array(recorded.gaps.map(JSON.string))),
            ("notes", .array(notes.map(JSON.string))),
            (
                "deliveries",
                messages.map { messages in
                    .array(
                        messages.map { message in
                            .object([
                                ("hook", .string(message.hook)), ("type", .string(message.type)),
                                ("muted_by", message.silence.map(JSON.string) ?? .null),
                            ])
                        }
                    )
                }
            ),
        ])
    }
}
