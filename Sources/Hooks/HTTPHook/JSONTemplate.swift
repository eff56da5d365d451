import JSON

/// A JSON document whose strings hold fields.
///
/// A value becomes a part of a string and nothing else, so that no value can change the structure.
indirect enum JSONTemplate: Sendable {
    case constant(JSON)
    case string(Template)
    case array([JSONTemplate])
    case object([(key: String, value: JSONTemplate)])

    /// Reads a document; `fail` is told of each mistake, of the value that has it, and of the path that leads there.
    init(_ json: JSON, path: String = "", _ fail: (String, JSON, String) -> Void) {
        switch json.kind {
        case .string(let text):
            do throws(TemplateError) {
                let template = try Template(text)
                if template.fields.contains(.id) { fail(Self.noID, json, path) }
                self = .string(template)
            } catch {
                fail(error.description, json, path)
                self = .constant(json)
            }
        case .array(let elements):
            self = .array(elements.enumerated().map { JSONTemplate($1, path: "\(path)[\($0)]", fail) })
        case .object(let members):
            self = .object(
                members.map { member in
                    let path = "\(path).\(member.key)"
                    // No receiver has keys that depend on a message; taken literally they would be a riddle.
                    if (try? Template(member.key).fields.isEmpty) != true {
                        fail("a key cannot hold a field", member.value, path)
                    }
                    return (member.key, JSONTemplate(member.value, path: path, fail))
                }
            )
        case .null, .bool, .number: self = .constant(json)
        }
    }

    /// The document with the values in place.
    func render(_ values: FieldValues) -> JSON {
        switch self {
        case .constant(let json): json
        case .string(let template): .string(template.render(values, as: .verbatim))
        case .array(let elements): .array(elements.map { $0.render(values) })
        case .object(let members): .object(members.map { ($0.key, $0.value.render(values)) })
        }
    }

    static let noID = "${id} is known only when the message is sent; it can stand in url and headers"
}
