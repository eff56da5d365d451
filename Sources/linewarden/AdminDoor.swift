import Chrono
import HTTPClient
import JSON

/// Where the daemon's admin listener is, and how it is asked.
struct AdminDoor: Sendable {
    /// A URL, or `unix:/path`.
    let address: String
    let token: String?

    func ask(
        _ method: String,
        _ path: String,
        _ order: JSON? = nil,
        timeout: Span
    ) async throws(TransportError) -> IncomingResponse {
        let isUnix = address.hasPrefix("unix:")
        let base = isUnix ? "http://localhost" : address.hasSuffix("/") ? String(address.dropLast()) : address
        return try await HTTPClient(userAgent: "linewarden").send(
            OutgoingRequest(
                method: method,
                url: base + path,
                headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [],
                body: order?.bytes() ?? [],
                timeout: timeout,
                responseLimit: 16 << 20,
                unixSocket: isUnix ? String(address.dropFirst(5)) : nil
            )
        )
    }
}
