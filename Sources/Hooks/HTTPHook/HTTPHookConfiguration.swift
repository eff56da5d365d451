package import Chrono
package import Crypto
package import HTTPClient
package import JSON
import Linq

/// `{"type": "http"}`: JSON to a URL, signed by Standard Webhooks.
package struct HTTPHookConfiguration: HookConfiguration {
    package static let type = "http"
    package static let roles: Set<HookRole> = [.control, .page]

    /// What the message's framing and signature say; a second one would have it refused.
    private static let ownHeaders: Set = [
        "content-length", "transfer-encoding", "expect", "webhook-id", "webhook-timestamp", "webhook-signature",
    ]

    let url: HookURL
    let secret: SigningSecret?
    let headers: [(name: String, value: Secret)]

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> HTTPHookConfiguration? {
        let url = HookURL.read(object.required("url"), secrets)
        var secret: SigningSecret?
        if let reader = object.optional("secret"), let text = secrets.secret(reader) {
            secret = SigningSecret(text)
            if secret == nil { reader.fail("is not a webhook secret: whsec_ must be followed by base64") }
        }
        var headers: [(name: String, value: Secret)] = []
        for (name, value) in object.optional("headers")?.object()?.entries ?? [] {
            if name.isEmpty || !name.utf8.allSatisfy(isToken) { value.fail("is not a header name") }
            if ownHeaders.contains(name.lowercased()) { value.fail("is a header that linewarden sets itself") }
            guard let text = secrets.text(value) else { continue }
            if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                value.fail("holds a control character, which a header cannot carry")
            }
            headers.append((name, Secret(text)))
        }
        guard let url else { return nil }
        return HTTPHookConfiguration(url: url, secret: secret, headers: headers)
    }

    package var summary: String { "POST \(url.origin)" + (secret == nil ? ", unsigned" : ", signed") }

    package func make(name: String, timeout: Span, client: HTTPClient) -> any Hook {
        HTTPHook(configuration: self, timeout: timeout, client: client)
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
