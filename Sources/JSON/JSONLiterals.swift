/// Building values in code.
extension JSON {
    package static var null: JSON { JSON(.null) }

    package static func bool(_ value: Bool) -> JSON { JSON(.bool(value)) }

    package static func string(_ text: String) -> JSON { JSON(.string(text)) }

    package static func array(_ elements: [JSON]) -> JSON { JSON(.array(elements)) }

    package static func number(_ value: some BinaryInteger) -> JSON { JSON(.number(String(value))) }

    /// Infinity and not-a-number have no JSON form; they become null.
    package static func number(_ value: Double) -> JSON {
        value.isFinite ? JSON(.number(String(value))) : .null
    }

    /// An object in the given order; members without a value are left out.
    package static func object(_ members: [(String, JSON?)]) -> JSON {
        JSON(.object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } }))
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self = .number(value) }
}

extension JSON: ExpressibleByFloatLiteral {
    package init(floatLiteral value: Double) { self = .number(value) }
}

extension JSON: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) { self = .null }
}

extension JSON: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(.object(elements.map { Member(key: $0, value: $1) }))
    }
}
