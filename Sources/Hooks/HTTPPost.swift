import Chrono
import Crypto
import HTTPClient

/// One request to a hook's URL within the hook's time: what hooks over HTTP have in common.
struct HTTPPost: Sendable {
    var method = "POST"
    let url: HookURL
    let timeout: Span
    let client: HTTPClient

    /// Sends a payload, and has the answer judged; a fault below HTTP is judged the same for all.
    func send(
        _ payload: [UInt8],
        headers: [(name: String, value: String)] = [("Content-Type", "application/json")],
        judge: (IncomingResponse) -> Outcome
    ) async -> Outcome {
        do throws(TransportError) {
            let request = OutgoingRequest(
                method: method,
                url: url.secret.exposed,
                headers: headers,
                body: payload,
                timeout: timeout
            )
            return judge(try await client.send(request))
        } catch {
            return HTTPVerdict.judge(error)
        }
    }
}
