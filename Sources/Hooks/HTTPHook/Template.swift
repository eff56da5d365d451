import JSON

/// A text with fields: `Line ${line.phone_number} is ${line.decision}`.
///
/// `${text:1500}` is the field in 1,500 UTF-16 code units at the most, before it is escaped; `$${` stands for `${` itself.
struct Template: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        case text(String)
        case field(MessageField, limit: Int?)
    }

    private let pieces: [Piece]

    init(_ text: String) throws(TemplateError) {
        // By bytes: a combining mark behind a brace would make another character of it.
        var rest = text.utf8[...]
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        func endLiteral() {
            if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
            literal = []
        }
        while let byte = rest.first {
            if rest.starts(with: "$${".utf8) {
                literal += "${".utf8
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".utf8) {
                let name = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "}") }
                guard name.endIndex < rest.endIndex else { throw .unclosed }
                endLiteral()
                pieces.append(try Self.field(String(decoding: name, as: UTF8.self)))
                rest = rest[name.endIndex...].dropFirst()
            } else {
                literal.append(byte)
                rest = rest.dropFirst()
            }
        }
        endLiteral()
        self.pieces = pieces
    }

    private static func field(_ words: String) throws(TemplateError) -> Piece {
        let parts = words.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, let field = MessageField(rawValue: name) else {
            throw .unknown(parts.first ?? words)
        }
        guard let digits = parts.dropFirst().first else { return .field(field, limit: nil) }
        guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let limit = Int(digits), 1...1_000_000 ~= limit else {
            throw .limit(digits)
        }
        return .field(field, limit: limit)
    }

    var fields: Set<MessageField> {
        Set(
            pieces.compactMap { piece in
                if case .field(let field, _) = piece { field } else { nil }
            }
        )
    }

    /// What stands before the first field.
    var beginning: String {
        if case .text(let text) = pieces.first { text } else { "" }
    }

    /// The text with the values in place, each in the form that its surroundings demand.
    func render(_ values: FieldValues, as form: FieldForm) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .field(let field, let limit):
                let value = values[field]
                text += form.write(limit.map { value.clipped(to: $0) } ?? value)
            }
        }
        return text
    }
}

/// Why a text is no template.
enum TemplateError: Error, Equatable, CustomStringConvertible {
    case unclosed
    case unknown(String)
    case limit(String)

    var description: String {
        switch self {
        case .unclosed: return #""${" is not closed by "}"; "$${" writes it as it is"#
        case .unknown(let name):
            let shown = JSON.string(name.count > 40 ? name.prefix(40) + "…" : name).text()
            let known = MessageField.allCases.map(\.rawValue)
            if let near = Spelling.nearest(to: name, in: known) {
                return "there is no field \(shown); did you mean '\(near)'?"
            }
            return "there is no field \(shown); there are \(known.joined(separator: ", "))"
        case .limit(let digits):
            let shown = JSON.string(digits.count > 40 ? digits.prefix(40) + "…" : digits).text()
            return "what follows a field's ':' must be between 1 and 1000000, found \(shown)"
        }
    }
}
