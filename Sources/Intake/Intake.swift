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
        func event(_ envelope: Envelope?, _ meaning: VerifiedEvent.Meaning) -> VerifiedEvent {
            VerifiedEvent(
                proof: proof,
                id: envelope?.eventID ?? webhookID ?? Hex.encode(Digest.sha256(body)),
                type: envelope?.eventType ?? "",
                traceID: envelope?.traceID,
                createdAt: envelope?.createdAt,
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
            if type != StatusUpdate.eventType { return .ignore(type: type) }
            let (observation, notes) = try observe(try StatusUpdate(read.data), read, now)
            return .store(event(read, .observation(observation)), notes: notes)
        } catch {
            return .store(event(envelope, .quarantined(reason: error.reason)), notes: [])
        }
    }

    private func observe(
        _ update: StatusUpdate,
        _ envelope: Envelope,
        _ now: Timestamp
    ) throws(EnvelopeError) -> (Observation, notes: [String]) {
        guard let line = PhoneNumber(update.phoneNumber) else {
            throw EnvelopeError(reason: "data.phone_number is not an E.164 number")
        }
        var notes: [String] = []
        var changedAt = update.changedAt ?? envelope.createdAt ?? now
        if changedAt > now + tolerance {
            // Taken at its word it would outvote every true event until that day comes.
            notes.append("changed_at \(changedAt.rfc3339) lies in the future; dated by its arrival instead")
            changedAt = now
        }
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
}
