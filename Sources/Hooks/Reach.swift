import Chrono
import HTTPClient

/// Whether a receiver can be reached, as far as that shows without anything being sent to it.
package enum Reach: Sendable, Hashable {
    /// It can be; what was seen, such as "https://hooks.slack.com takes connections".
    case reached(String)
    /// It cannot be; why, in one line without secrets.
    case unreachable(String)
    /// That would only show if something was sent.
    case unknown
}

extension HTTPPost {
    /// Connects to the URL's host, TLS included, and sends nothing.
    func probe() async -> Reach {
        do throws(TransportError) {
            // What comes behind the host may be secret, or hold fields that only a message fills.
            try await client.reach(url.origin, within: timeout)
            return .reached("\(url.origin) takes connections")
        } catch {
            return .unreachable("\(url.origin): \(error)")
        }
    }
}
