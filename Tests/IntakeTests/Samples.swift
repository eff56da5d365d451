import Chrono
import Crypto
import HTTPWire
import Lines
import Linq
import Testing

@testable import Intake

let secretText = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
let otherSecretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/// 2026-02-18T18:35:05.500Z.
let now = Timestamp(seconds: 1_771_439_705) + .milliseconds(500)

func endpoint(
    secrets: [String] = [secretText],
    tolerance: Span = .minutes(5),
    hasVerified: Bool = true
) throws -> Endpoint {
    let secrets = try secrets.map { try #require(SigningSecret(Secret($0))) }
    return Endpoint(path: "/webhooks/linq", secrets: secrets, tolerance: tolerance, hasVerified: hasVerified)
}

/// A request signed with the first secret, so many seconds before now.
func request(
    _ body: String,
    schemes: Set<SignatureScheme> = [.standard],
    secret: String = secretText,
    age: Int64 = 0,
    announced: String? = nil
) throws -> HTTPRequest {
    let secret = try #require(SigningSecret(Secret(secret)))
    let seconds = now.microseconds / 1_000_000 - age
    let bytes = Array(body.utf8)
    var headers: HTTPHeaders = ["Content-Type": "application/json"]
    if schemes.contains(.standard) {
        headers.append("Webhook-Id", "msg_1")
        headers.append("Webhook-Timestamp", String(seconds))
        let signature = StandardWebhooks.signature(id: "msg_1", timestamp: seconds, body: bytes, secret: secret)
        headers.append("Webhook-Signature", signature)
    }
    if schemes.contains(.legacy) {
        headers.append("X-Webhook-Timestamp", String(seconds))
        let signature = LegacySignature.signature(timestamp: seconds, body: bytes, secret: secret)
        headers.append("X-Webhook-Signature", signature)
    }
    if let announced { headers.append("X-Webhook-Event", announced) }
    return HTTPRequest(method: "POST", target: "/webhooks/linq", headers: headers, body: bytes)
}

/// An envelope of `phone_number.status_updated` around some members of `data`.
func statusUpdate(_ data: String, envelope: String = #""event_id": "evt_1", "#) -> String {
    #"{\#(envelope)"event_type": "phone_number.status_updated", "data": {\#(data)}}"#
}

extension Verdict {
    func refused() throws -> Refusal {
        guard case .refuse(let refusal) = self else { throw Unexpected(verdict: self) }
        return refusal
    }

    func stored() throws -> (event: VerifiedEvent, notes: [String]) {
        guard case .store(let event, let notes) = self else { throw Unexpected(verdict: self) }
        return (event, notes)
    }

    func observed() throws -> (observation: Observation, notes: [String]) {
        let (event, notes) = try stored()
        guard case .observation(let observation) = event.meaning else { throw Unexpected(verdict: self) }
        return (observation, notes)
    }

    func quarantined() throws -> String {
        guard case .quarantined(let reason) = try stored().event.meaning else { throw Unexpected(verdict: self) }
        return reason
    }
}

/// Another verdict than the test needs.
struct Unexpected: Error { let verdict: Verdict }
