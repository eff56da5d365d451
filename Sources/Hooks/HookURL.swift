package import Crypto
package import JSON
import Posix

/// An http or https URL of a hook.
///
/// It may hold a credential (Slack's does), so only its host is ever shown.
package struct HookURL: Sendable, Hashable {
    /// The whole URL, for the request alone.
    package let secret: Secret
    /// Scheme and host: `https://hooks.slack.com`.
    package let origin: String

    /// Reads a URL, in one of the forms that secrets have too.
    ///
    /// `isCredential`: whoever knows the URL can use it, so that one written into the file deserves a warning.
    package static func read(
        _ reader: ValueReader?,
        _ secrets: SecretSource,
        isCredential: Bool = false
    ) -> HookURL? {
        guard let reader else { return nil }
        guard let text = isCredential ? secrets.secret(reader)?.exposed : secrets.text(reader) else { return nil }
        guard let url = HookURL(text) else {
            reader.fail("is not an http or https URL")
            return nil
        }
        if url.origin.hasPrefix("http://"), !url.isLoopback {
            reader.warn("sends unencrypted to another machine; use https://")
        }
        return url
    }

    /// Nil for anything but `http://` or `https://`, a host, and what follows.
    package init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        secret = Secret(text)
        origin = scheme + host
    }

    /// By its address: `127.0.0.1.example.com` is somewhere else.
    private var isLoopback: Bool {
        let authority = origin.dropFirst("http://".count)
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ListenAddress("\(host.lowercased()):0")?.isLocal ?? false
    }
}
