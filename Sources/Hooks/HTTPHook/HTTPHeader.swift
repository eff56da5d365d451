import Crypto
import HTTPClient
import JSON

/// A header of an `http` hook's requests.
struct HTTPHeader: Sendable {
    /// What the message's framing and signature say; a second one would have it refused.
    private static let own: Set = [
        "content-length", "transfer-encoding", "expect", "webhook-id", "webhook-timestamp", "webhook-signature",
    ]

    let name: String
    private let value: Secret
    /// Only a text in the file is a template: a secret that is referred to is taken as it is.
    private let isTemplate: Bool

    init(name: String, value: Secret, isTemplate: Bool = false) {
        self.name = name
        self.value = value
        self.isTemplate = isTemplate
    }

    /// Reads one entry of `headers`, reporting every problem.
    static func read(name: String, _ reader: ValueReader, _ secrets: SecretSource) -> HTTPHeader? {
        if !name.isToken { reader.fail("is not a header name") }
        if own.contains(name.lowercased()) { reader.fail("is a header that linewarden sets itself") }
        guard let text = secrets.text(reader) else { return nil }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            reader.fail("holds a control character, which a header cannot carry")
        }
        let isTemplate = reader.value.string != nil && text.contains("${")
        if isTemplate {
            do throws(TemplateError) {
                _ = try Template(text)
            } catch {
                reader.fail(error.description)
            }
            if name.lowercased() == "content-type" { reader.fail("is the same for every message, and holds no field") }
        }
        return HTTPHeader(name: name, value: Secret(text), isTemplate: isTemplate)
    }

    var isContentType: Bool { name.lowercased() == "content-type" }

    /// Whether it differs from message to message.
    var hasFields: Bool { isTemplate }

    /// The value for a message.
    func value(_ fields: FieldValues) -> String {
        guard isTemplate, let template = try? Template(value.exposed) else { return value.exposed }
        return template.render(fields, as: .header)
    }
}
