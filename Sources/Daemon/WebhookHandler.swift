import Chrono
import HTTPServer
import HTTPWire
import Intake
import Ledger
import Lines
import Logging
import Metrics
import Posix
import Synchronization

/// Receives Linq's webhooks: proves each genuine, has it written down, and only then acknowledges it.
final class WebhookHandler: RequestHandler {
    private let endpoints: Mutex<[String: Endpoint]>
    private let ledger: Ledger
    private let instruments: DaemonInstruments
    private let alerts: Alerts
    private let limits: ServerLimits
    private let notices: NoticeDesk
    private let proof: PauseProof
    private let listener = Mutex<(@Sendable (AccountSignal) -> Void)?>(nil)
    private let refusals: Occasionally
    private let failures: Occasionally
    private let clock: Clock
    private let log: Logger

    init(
        endpoints: [Endpoint],
        ledger: Ledger,
        instruments: DaemonInstruments,
        alerts: Alerts,
        limits: ServerLimits,
        notices: NoticeDesk,
        proof: PauseProof,
        clock: Clock,
        log: Logger
    ) {
        self.endpoints = Mutex(Self.byPath(endpoints))
        self.ledger = ledger
        self.instruments = instruments
        self.alerts = alerts
        self.limits = limits
        self.notices = notices
        self.proof = proof
        refusals = Occasionally(every: .seconds(10), clock: clock)
        failures = Occasionally(every: .seconds(10), clock: clock)
        self.clock = clock
        self.log = log
    }

    /// Who is told what deliveries say about the account.
    func onSignal(_ body: @escaping @Sendable (AccountSignal) -> Void) { listener.withLock { $0 = body } }

    private func signal(_ signal: AccountSignal) { listener.withLock { $0 }?(signal) }

    /// Takes over the endpoints of a new configuration.
    func adopt(_ endpoints: [Endpoint]) { self.endpoints.withLock { $0 = Self.byPath(endpoints) } }

    private static func byPath(_ endpoints: [Endpoint]) -> [String: Endpoint] {
        Dictionary(endpoints.map { ($0.path, $0) }) { $1 }
    }

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        guard let endpoint = endpoints.withLock({ $0[request.path] }) else {
            if request.path == "/healthz" { return Health.answer(request) }
            return count(Refusal(.notFound, "not_found", "there is no endpoint at this path"))
        }
        if request.method != "POST" {
            var response = count(Refusal(.methodNotAllowed, "method_not_allowed", "webhooks are posted"))
            response.headers.append("Allow", "POST")
            return response
        }
        switch endpoint.examine(request, now: clock.now()) {
        case .refuse(let refusal):
            return refuse(refusal, endpoint, ClientAddress.of(request, from: peer, limits))
        case .tell(let notice, let event):
            noteVerified(endpoint, request)
            instruments.events.add(1, event.type)
            notices.take(notice, event) { [self] failure in
                if let failure {
                    reply.send(refuseToStore(failure, event.id))
                } else {
                    reply.send(acknowledge(.stored))
                    signal(.subscriptionChanged)
                }
            }
            return nil
        case .witness(let message, let event):
            noteVerified(endpoint, request)
            instruments.events.add(1, event.type)
            proof.witness(message, event)
            return acknowledge(.observed)
        case .ignore(let type):
            noteVerified(endpoint, request)
            instruments.events.add(1, type)
            return acknowledge(.ignored)
        case .store(let event, let notes):
            noteVerified(endpoint, request)
            instruments.events.add(1, event.type.isEmpty ? "unknown" : event.type)
            for note in notes { log.warning("\(note)", metadata: LogKind.eventDoubt.about(["event": "\(event.id)"])) }
            store(event, reply)
            return nil
        }
    }

    private func store(_ event: VerifiedEvent, _ reply: Reply) {
        let start = clock.steady()
        ledger.record(event) { [self] receipt in
            switch receipt {
            case .stored(let recorded):
                instruments.acknowledgement.observe(clock.steady().since(start).seconds)
                let acknowledgement = acknowledge(recorded.state == .quarantined ? .quarantined : .stored)
                reply.send(acknowledgement, atOnce: recorded.isAlone)
                tell(event, recorded)
            case .duplicate:
                reply.send(acknowledge(.duplicate))
            case .failed(let error):
                reply.send(refuseToStore(error, event.id))
            }
        }
    }

    private func refuseToStore(_ error: LedgerError, _ id: String) -> HTTPResponse {
        if let total = failures.occasion() {
            log.error(
                "an event was not stored: \(error) (\(total) so far)",
                metadata: LogKind.eventNotStored.about(["event": "\(id)"])
            )
        }
        return count(Refusal(.serviceUnavailable, "not_stored", "the event could not be stored; try again"))
    }

    /// One line for each thing that matters; nothing for what changed nothing.
    private func tell(_ event: VerifiedEvent, _ recorded: RecordedEvent) {
        if case .quarantined(let reason) = event.meaning {
            log.error(
                "an event was kept aside: \(reason)",
                metadata: LogKind.eventQuarantined.about(["event": "\(event.id)"])
            )
            alerts.raise(
                "event_quarantined",
                "an event from Linq could not be understood: \(reason)",
                remedy: "It is kept whole in the ledger. Upgrade linewarden, and tell its makers what Linq sends now."
            )
        }
        for axis in recorded.gaps {
            instruments.gaps.add(1, axis)
            log.warning(
                "\(axis) was not what Linq says it was before: an event is missing",
                metadata: LogKind.eventMissing.about(
                    ["event": "\(event.id)", "line": "\(recorded.change?.line.description ?? "")"]
                )
            )
        }
        if let change = recorded.change {
            if !recorded.gaps.isEmpty { signal(.gap(change.line)) }
            if change.observation?.membership != nil { signal(.linesChanged) }
        }
        if recorded.state == .stale { instruments.stale.add() }
        guard let change = recorded.change, change.assessmentBefore != change.assessment else { return }
        let reasons = change.assessment.reasons.joined(separator: ", ")
        var metadata = LogKind.lineDecided.about(["event": "\(event.id)", "line": "\(change.line)"])
        if let incident = change.incident { metadata["incident"] = "\(incident.id)" }
        if let trace = event.traceID { metadata["trace"] = "\(trace)" }
        log.notice(
            "\(change.line) is \(change.assessment.decision.rawValue)\(reasons.isEmpty ? "" : ": \(reasons)")",
            metadata: metadata
        )
    }

    private func noteVerified(_ endpoint: Endpoint, _ request: HTTPRequest) {
        notices.book.note(request.headers.first("x-webhook-subscription-id"), at: endpoint.path)
        if endpoint.noteVerified() { ledger.remember("verified \(endpoint.path)", endpoint.fingerprint) }
    }

    private func refuse(_ refusal: Refusal, _ endpoint: Endpoint, _ client: String) -> HTTPResponse {
        switch refusal.error {
        case "signature_mismatch":
            alerts.raise(
                refusal.error,
                "a delivery to \(endpoint.path) was signed with a secret that is not configured",
                remedy: endpoint.hasVerified
                    ? "If the secret was rotated at Linq, add the new one to the endpoint; if not, somebody is guessing."
                    : "Compare the endpoint's secret with the subscription's signing secret. Until a delivery verifies, "
                        + "Linq is asked to retry, which it does for half an hour."
            )
        case "signature_stale":
            alerts.raise(
                refusal.error,
                "a delivery to \(endpoint.path) was refused: \(refusal.detail)",
                remedy: "Check this machine's clock (timedatectl). Linq does not send a refused event again."
            )
        default: break
        }
        if let total = refusals.occasion() {
            log.warning(
                "refused a delivery: \(refusal.error) (\(total) refused so far): \(refusal.detail)",
                metadata: LogKind.requestRefused.about(["client": "\(client)", "endpoint": "\(endpoint.path)"])
            )
        }
        return count(refusal)
    }

    private func count(_ refusal: Refusal) -> HTTPResponse {
        instruments.requests.add(1, refusal.error)
        var response = refusal.response
        if refusal.status == .serviceUnavailable { response.headers.append("Retry-After", "5") }
        return response
    }

    private func acknowledge(_ acknowledgement: Acknowledgement) -> HTTPResponse {
        instruments.requests.add(1, acknowledgement.outcome)
        return acknowledgement.response
    }
}
