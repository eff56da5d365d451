import JSON

/// The body that an `http` hook was told to send instead of its own.
struct HTTPBody: Sendable {
    private enum Content: Sendable {
        case json(JSONTemplate)
        case text(Template, FieldForm)
    }

    let contentType: String
    private let content: Content

    /// Reads `body`: a JSON object or array, or a text that is escaped as its content type demands.
    ///
    /// A text that is JSON is read as such, so that its values are escaped and a field can only stand in a string.
    ///
    /// `contentType`: from `headers`; nil: to be found.
    static func read(_ reader: ValueReader, contentType: String?) -> HTTPBody? {
        let mediaType = (contentType ?? "").prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        switch reader.value.kind {
        case .object, .array:
            if FieldForm(mediaType: mediaType) == .form {
                reader.fail("is JSON, and Content-Type says \(mediaType); write it as a text: \"to=a%40example.com&…\"")
            }
            let template = JSONTemplate(reader.value) { reader.fail($0, at: $1, $2) }
            return HTTPBody(contentType: contentType ?? "application/json", content: .json(template))
        case .string(let text):
            if contentType == nil || mediaType == "application/json" || mediaType.hasSuffix("+json") {
                return json(text, reader, contentType)
            }
            return plain(text, reader, contentType ?? mediaType, FieldForm(mediaType: mediaType))
        case .null, .bool, .number:
            reader.fail("expected an object, an array or a text")
            return nil
        }
    }

    func render(_ values: FieldValues) -> String {
        switch content {
        case .json(let template): template.render(values).text()
        case .text(let template, let form): template.render(values, as: form)
        }
    }

    private static func json(_ text: String, _ reader: ValueReader, _ contentType: String?) -> HTTPBody? {
        do throws(JSONSyntaxError) {
            let json = try JSON.parse(Array(text.utf8))
            // Its places are in the text, not in the file.
            let template = JSONTemplate(json) { message, _, _ in reader.fail(message) }
            return HTTPBody(contentType: contentType ?? "application/json", content: .json(template))
        } catch {
            reader.fail(
                contentType == nil
                    ? "is not JSON, and needs a Content-Type in headers: \(error.message)"
                    : "is not JSON, which Content-Type says it is: \(error.message); a field stands within a string"
            )
            return nil
        }
    }

    private static func plain(
        _ text: String,
        _ reader: ValueReader,
        _ contentType: String,
        _ form: FieldForm
    ) -> HTTPBody? {
        do throws(TemplateError) {
            let template = try Template(text)
            if template.fields.contains(.id) { reader.fail(JSONTemplate.noID) }
            return HTTPBody(contentType: contentType, content: .text(template, form))
        } catch {
            reader.fail(error.description)
            return nil
        }
    }
}
