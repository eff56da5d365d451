package import Crypto
import HTTPClient

/// Where Linq's Partner API is, which version of it, and the key to it.
package struct PartnerAccess: Sendable {
    /// The two versions that Linq serves; V2 knows lines and forwarding only.
    package enum Version: String, Sendable, CaseIterable { case v3, v2 }

    package let version: Version
    /// What every path is put behind, without a slash at its end; never with a credential in it.
    package let baseURL: String
    /// The key, which no description shows.
    package let key: Secret

    /// - Parameters:
    ///   - version: Decides about paths and headers too.
    ///   - baseURL: Nil for the vendor's.
    ///   - key: Of V3 the API key, of V2 the integration token.
    /// - Throws: `BadBaseURL` as `checked` does.
    package init(version: Version, baseURL: String? = nil, key: Secret) throws(BadBaseURL) {
        self.version = version
        self.baseURL = try Self.checked(baseURL ?? version.vendorBaseURL)
        self.key = key
    }

    /// A base URL in the form in which paths can be put behind it: a slash at its end is taken off.
    ///
    /// - Throws: `BadBaseURL` for anything but https, unless the host is this machine; and for a URL with more than
    ///   scheme, host, port and path.
    package static func checked(_ baseURL: String) throws(BadBaseURL) -> String {
        guard baseURL.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !baseURL.contains(where: { "?#@".contains($0) })
        else { throw BadBaseURL(reason: "may hold scheme, host, port and path only") }
        let address: WebAddress
        do throws(TransportError) {
            address = try WebAddress(baseURL)
        } catch {
            if case .invalidURL(let why) = error { throw BadBaseURL(reason: "is not a URL to ask: \(why)") }
            throw BadBaseURL(reason: "is not a URL to ask: \(error)")
        }
        guard address.scheme == "https" || address.isLoopback else {
            throw BadBaseURL(
                reason: "must begin with https://: the key would travel readable to \(address.host); "
                    + "http:// is for this machine alone"
            )
        }
        var checked = baseURL[...]
        while checked.hasSuffix("/") { checked.removeLast() }
        return String(checked)
    }
}

/// A base URL that cannot be used; `reason` goes on a sentence that has named it.
package struct BadBaseURL: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String

    package var description: String { "the base URL of Linq's API \(reason)" }
}

extension PartnerAccess.Version {
    /// Where the vendor serves it (the SDK's default; the server of V2's OpenAPI document).
    package var vendorBaseURL: String {
        switch self {
        case .v3: "https://api.linqapp.com/api/partner"
        case .v2: "https://api.linqapp.com"
        }
    }

    /// What the base URL does not hold of the path that leads to all calls.
    var root: String {
        switch self {
        case .v3: "/v3"
        case .v2: "/api/partner/v2"
        }
    }
}

extension PartnerAccess {
    /// The header that carries the key.
    var authentication: (name: String, value: String) {
        switch version {
        case .v3: ("Authorization", "Bearer \(key.exposed)")
        case .v2: ("X-LINQ-INTEGRATION-TOKEN", key.exposed)
        }
    }
}
