import HTTPServer
import HTTPWire
import Posix

/// Who a request comes from, seen past the proxies that are trusted to say so.
enum ClientAddress {
    /// Reads `X-Forwarded-For` from its end, where the nearest proxy wrote, as long as it names trusted proxies; what the
    /// first stranger claims about others is worth nothing.
    static func of(_ request: HTTPRequest, from peer: PeerAddress, _ limits: ServerLimits) -> String {
        guard !peer.isInternet || limits.isTrusted(peer) else { return peer.host }
        let named = request.headers.all("X-Forwarded-For").joined(separator: ",").split(separator: ",")
        for entry in named.reversed() {
            let host = String(entry.drop { $0 == " " }.prefix { $0 != " " })
            guard let block = AddressBlock(host), !host.contains("/") else { return peer.host }
            if !limits.trustedProxies.contains(where: { $0.contains(block.description) }) { return host }
        }
        return peer.host
    }
}
