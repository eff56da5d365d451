package import Chrono
import Crypto
package import HTTPWire
@_spi(Intake) import Lines
import Linq

extension Endpoint {
    /// Proves a request genuine and reads what it says.
    ///
    /// The only way to a `VerifiedEvent`.
    package func examine(_ request: HTTPRequest, now: Timestamp) -> Verdict {
        let headers = SignatureHeaders { request.headers.all($0) }
        switch headers.judge(body: request.body, secrets: secrets, now: now, tolerance: tolerance) {
        case .genuine(_, let id):
            return interpret(
                request.body,
                announcedType: request.headers.first("x-webhook-event"),
                proof: SignatureProof(),
                webhookID: id,
                now: now
            )
        case .missing(let detail):
            return .refuse(Refusal(.unauthorized, "signature_missing", detail))
        case .malformed(let detail):
            return .refuse(Refusal(.unauthorized, "signature_malformed", detail))
        case .stale(let seconds):
            let direction = seconds > 0 ? "old" : "ahead of this server's clock"
            return .refuse(
                Refusal(
                    .unauthorized,
                    "signature_stale",
                    "the signature's timestamp is \(abs(seconds)) s \(direction); "
                        + "\(tolerance.phrase) are allowed: is the clock of either side wrong?"
                )
            )
        case .mismatch:
            // 4xx would be final for Linq, and the wrong secret may be ours: until one delivery has verified we ask for
            // a retry, which Linq goes on with for half an hour.
            let status: HTTPStatus = hasVerified ? .unauthorized : .serviceUnavailable
            return .refuse(Refusal(status, "signature_mismatch", "no secret of this endpoint made this signature"))
        }
    }

    /// Reads a body again that was proved genuine when it was stored, as of then.
    package func reread(_ body: [UInt8], id: String, receivedAt: Timestamp) -> Verdict {
        interpret(body, announcedType: nil, proof: SignatureProof(), webhookID: id, now: receivedAt)
    }

    /// Reads a body as if it had been proved genuine, to see what would follow.
    ///
    /// Only for `Ledger.rehearse`, which keeps nothing of it.
    package func suppose(_ body: [UInt8], now: Timestamp) -> Verdict {
        interpret(body, announcedType: nil, proof: SignatureProof(), webhookID: nil, now: now)
    }

    private func interpret(
        _ body: [UInt8],
        announcedType: String?,
        proof: SignatureProof,
        webhookID: String?,
        now: Timestamp
    ) -> Verdict {
        func genuine(_ envelope: Envelope?) -> Genuine {
            Genuine(
                id: envelope?.eventID ?? webhookID ?? Hex.encode(Digest.sha256(body)),
                type: envelope?.eventType ?? "",
                traceID: envelope?.traceID,
                createdAt: envelope?.createdAt
            )
        }
        func event(_ envelope: Envelope?, _ meaning: VerifiedEvent.Meaning) -> VerifiedEvent {
            let genuine = genuine(envelope)
            return VerifiedEvent(
                proof: proof,
                id: genuine.id,
                type: genuine.type,
                traceID: genuine.traceID,
                createdAt: genuine.createdAt,
                receivedAt: now,
                endpoint: path,
                meaning: meaning,
                body: body
            )
        }
        var envelope: Envelope?
        do throws(EnvelopeError) {
            let read = try Envelope(body, announcedType: announcedType)
            envelope = read
            guard let type = read.eventType else {
                throw EnvelopeError(reason: "the body has no event_type")
            }
            switch type {
            case StatusUpdate.eventType:
                let (observation, notes) = try observe(try StatusUpdate(read.data), read, now)
                return .store(event(read, .observation(observation)), notes: notes)
            case LineAssignment.assigned, LineAssignment.released:
                let (observation, notes) = try observe(try LineAssignment(read.data), type, read, now)
                return .store(event(read, .observation(observation)), notes: notes)
            case _ where SubscriptionNotice.types.contains(type):
                return .tell(try SubscriptionNotice(type: type, read.data), genuine(read))
            case SentMessage.eventType:
                guard let message = SentMessage(read.data) else { return .ignore(type: type) }
                return .witness(message, genuine(read))
            default: return .ignore(type: type)
            }
        } catch {
            return .store(event(envelope, .quarantined(reason: error.reason)), notes: [])
        }
    }

    private func observe(
        _ update: StatusUpdate,
        _ envelope: Envelope,
        _ now: Timestamp
    ) throws(EnvelopeError) -> (Observation, notes: [String]) {
        let line = try line(update.phoneNumber)
        var (changedAt, notes) = date(update.changedAt, envelope, now)
        let reputations = update.newReputation.map { Reputation($0) }
        if reputations.count > 1 {
            let values = update.newReputation.joined(separator: " and ")
            notes.append("reputation and health_status differ (\(values)); the worse one counts")
        }
        let observation = Observation(
            line: line,
            source: .webhook,
            changedAt: changedAt,
            status: update.newStatus.map { Claim(Status($0), previous: update.previousStatus.map { Status($0) }) },
            reputation: reputations.max().map { worst in
                Claim(worst, previous: update.previousReputation.map { Reputation($0) })
            }
        )
        return (observation, notes)
    }

    private func observe(
        _ assignment: LineAssignment,
        _ type: String,
        _ envelope: Envelope,
        _ now: Timestamp
    ) throws(EnvelopeError) -> (Observation, notes: [String]) {
        let (changedAt, notes) = date(assignment.changedAt, envelope, now)
        let observation = Observation(
            line: try line(assignment.phoneNumber),
            source: .webhook,
            changedAt: changedAt,
            membership: Claim(type == LineAssignment.released ? .released : .assigned)
        )
        return (observation, notes)
    }

    private func line(_ number: String) throws(EnvelopeError) -> PhoneNumber {
        guard let line = PhoneNumber(number) else {
            throw EnvelopeError(reason: "data.phone_number is not an E.164 number")
        }
        return line
    }

    /// When something became so: as the payload says, else as its envelope says, else now.
    private func date(
        _ changedAt: Timestamp?,
        _ envelope: Envelope,
        _ now: Timestamp
    ) -> (Timestamp, notes: [String]) {
        let time = changedAt ?? envelope.createdAt ?? now
        guard time > now + tolerance else { return (time, []) }
        // Taken at its word it would outvote every true event until that day comes.
        return (now, ["changed_at \(time.rfc3339) lies in the future; dated by its arrival instead"])
    }
}
