import Chrono
import JSON

/// An answer, or a part of it, that is read member by member.
///
/// Members that nobody asks for are ignored: Linq adds some from time to time.
struct AnswerReader {
    let json: JSON
    /// Where it is in the answer, such as `phone_numbers[0]`; empty for the whole.
    let path: String
    /// What Linq's support finds the answer by, if Linq gave it.
    let traceID: String?

    init(_ json: JSON, path: String = "", traceID: String? = nil) {
        self.json = json
        self.traceID = traceID
        self.path = path
    }

    /// What is not as it must be.
    struct Fault: Error, Equatable {
        let reason: String
    }

    /// A text that must be there.
    func text(_ key: String) throws(Fault) -> String {
        guard let text = try optionalText(key) else { throw missing(key) }
        return text
    }

    /// A text that may be missing or null.
    func optionalText(_ key: String) throws(Fault) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string else { throw wrong(key, "a text") }
        return text
    }

    /// A whole number that may be missing or null.
    func optionalInteger(_ key: String) throws(Fault) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.integer.flatMap({ Int(exactly: $0) }) else { throw wrong(key, "a whole number") }
        return number
    }

    /// True or false, which must be there.
    func bool(_ key: String) throws(Fault) -> Bool {
        guard let value = value(key) else { throw missing(key) }
        guard let bool = value.bool else { throw wrong(key, "true or false") }
        return bool
    }

    /// An RFC 3339 time that may be missing or null.
    func optionalTime(_ key: String) throws(Fault) -> Timestamp? {
        guard let text = try optionalText(key) else { return nil }
        guard let time = Timestamp(rfc3339: text) else { throw wrong(key, "an RFC 3339 time") }
        return time
    }

    /// The elements of an array, which may be missing or null: then there are none.
    func elements(_ key: String) throws(Fault) -> [AnswerReader] {
        guard let value = value(key) else { return [] }
        guard let elements = value.array else { throw wrong(key, "an array") }
        return elements.enumerated().map { AnswerReader($1, path: "\(place(key))[\($0)]") }
    }

    /// An object that may be missing or null.
    func optionalObject(_ key: String) throws(Fault) -> AnswerReader? {
        guard let value = value(key) else { return nil }
        return try AnswerReader(value, path: place(key)).object()
    }

    /// An array of texts, which may be missing or null: then there are none.
    func texts(_ key: String) throws(Fault) -> [String] {
        var texts: [String] = []
        for element in try elements(key) {
            guard let text = element.json.string else { throw Fault(reason: "\(element.path) is not a text") }
            texts.append(text)
        }
        return texts
    }

    /// Itself, when it is an object.
    func object() throws(Fault) -> AnswerReader {
        guard json.members != nil else { throw Fault(reason: "\(path.isEmpty ? "it" : path) is not an object") }
        return self
    }

    /// The array must be there: an answer without it is not an empty list.
    func requiredElements(_ key: String) throws(Fault) -> [AnswerReader] {
        if value(key) == nil { throw missing(key) }
        return try elements(key)
    }

    func missing(_ key: String) -> Fault { Fault(reason: "\(place(key)) is missing") }

    func wrong(_ key: String, _ expected: String) -> Fault { Fault(reason: "\(place(key)) is not \(expected)") }

    private func value(_ key: String) -> JSON? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
