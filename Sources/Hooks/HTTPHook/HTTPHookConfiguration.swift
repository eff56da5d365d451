package import Chrono
package import Crypto
package import JSON
import Linq

/// `{"type": "http"}`: a request to a URL, signed by Standard Webhooks.
///
/// `url`, `headers` and `body` can hold fields of the message (`MessageField`).
package struct HTTPHookConfiguration: HookConfiguration {
    package static let type = "http"
    package static let roles: Set<HookRole> = [.control, .page]

    enum Method: String, CaseIterable, Sendable {
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case get = "GET"
        case delete = "DELETE"

        /// Whether the message is sent in the body unless another body is given; otherwise the URL says it all.
        var carriesMessage: Bool { self != .get && self != .delete }
    }

    var method = Method.post
    let url: HookURL
    let secret: SigningSecret?
    let headers: [HTTPHeader]
    /// Nil: the message as JSON.
    var body: HTTPBody?

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> HTTPHookConfiguration? {
        let method = object.choice("method", default: Method.post)
        let url = readURL(object.required("url"), secrets)
        var secret: SigningSecret?
        if let reader = object.optional("secret"), let text = secrets.secret(reader) {
            secret = SigningSecret(text)
            if secret == nil { reader.fail("is not a webhook secret: whsec_ must be followed by base64") }
        }
        let headers = (object.optional("headers")?.object()?.entries ?? []).compactMap { name, value in
            HTTPHeader.read(name: name, value, secrets)
        }
        let contentType = headers.first(where: \.isContentType)?.value(FieldValues())
        let body = object.optional("body").flatMap { HTTPBody.read($0, contentType: contentType) }
        if method == .get { object.optional("body")?.fail("a GET request has none; what it says is in its URL") }
        guard let url else { return nil }
        return HTTPHookConfiguration(method: method, url: url, secret: secret, headers: headers, body: body)
    }

    package var summary: String { "\(method.rawValue) \(url.origin)" + (secret == nil ? ", unsigned" : ", signed") }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        HTTPHook(configuration: self, timeout: timeout, client: context.client)
    }

    /// Whether every request is the message as it is, to the same URL with the same headers.
    var isPlain: Bool {
        body == nil && method.carriesMessage && !url.secret.exposed.contains("${")
            && !headers.contains(where: \.hasFields)
    }

    /// A URL whose path and query can hold fields; where it leads must not depend on what a message says.
    private static func readURL(_ reader: ValueReader?, _ secrets: SecretSource) -> HookURL? {
        guard let reader, let url = HookURL.read(reader, secrets) else { return nil }
        do throws(TemplateError) {
            let template = try Template(url.secret.exposed)
            let afterScheme = template.beginning.dropFirst("https://".count)
            if !template.fields.isEmpty, !afterScheme.contains(where: { "/?#".contains($0) }) {
                reader.fail("a field can only stand after the host")
            }
        } catch {
            // What a reference brought in may be secret.
            reader.fail(reader.value.string == nil ? "holds \"${\" without the name of a field" : error.description)
        }
        return url
    }
}
