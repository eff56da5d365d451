import JSON

/// What the ledger keeps of a request with fields: the body as it will be sent, and what URL and headers may name.
///
/// URL and headers themselves stay in the configuration, for they hold secrets, and the ledger must not.
struct StoredRequest: Sendable {
    let fields: FieldValues
    /// Of a body made from a template, which was escaped for it; nil: the hook's own.
    let contentType: String?
    let body: [UInt8]

    init(fields: FieldValues, contentType: String?, body: [UInt8]) {
        self.fields = fields
        self.contentType = contentType
        self.body = body
    }

    /// Reads a payload, whichever configuration rendered it: a request, or a message that is the body as it is.
    ///
    /// `readsMessage`: whether fields are needed although an earlier configuration stored none.
    init(payload: [UInt8], readsMessage: Bool) {
        // A message begins with its type.
        guard payload.starts(with: #"{"request":"#.utf8), let request = (try? JSON.parse(payload))?["request"] else {
            let message = readsMessage ? Message(stored: #"{"message":"#.utf8 + payload + "}".utf8) : nil
            self.init(fields: message.map { FieldValues($0) } ?? FieldValues(), contentType: nil, body: payload)
            return
        }
        var fields = FieldValues()
        for member in request["fields"]?.members ?? [] {
            if let field = MessageField(rawValue: member.key) { fields[field] = member.value.string ?? "" }
        }
        self.init(
            fields: fields,
            contentType: request["content_type"]?.string,
            body: Array((request["body"]?.string ?? "").utf8)
        )
    }

    var payload: [UInt8] {
        let fields = MessageField.allCases.compactMap { field -> (String, JSON?)? in
            self.fields[field].isEmpty ? nil : (field.rawValue, .string(self.fields[field]))
        }
        return JSON.object([
            (
                "request",
                .object([
                    ("fields", .object(fields)), ("content_type", contentType.map(JSON.string)),
                    ("body", .string(String(decoding: body, as: UTF8.self))),
                ])
            )
        ]).bytes()
    }
}
