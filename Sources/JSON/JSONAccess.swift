/// What a value holds; nil where it holds something else.
extension JSON {
    /// The member's value, the last one where the key is given twice.
    ///
    /// Keys are compared byte by byte (RFC 8259 section 8.3); `==` would take U+212A, the Kelvin sign, for a K.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = kind else { return nil }
        let wanted = key.utf8.span
        // By place: walking over the members would copy each of them.
        let place = members.indices.last { members[$0].key.utf8.span.elementsEqual(wanted) }
        return place.map { members[$0].value }
    }

    package var string: String? {
        guard case .string(let text) = kind else { return nil }
        return text
    }

    /// A number written as an integer: `1`, but not `1.0` or `1e3`.
    package var integer: Int64? {
        guard case .number(let text) = kind else { return nil }
        return Int64(text)
    }

    /// A number within the range of `Double`.
    package var double: Double? {
        guard case .number(let text) = kind, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = kind else { return nil }
        return value
    }

    package var array: [JSON]? {
        guard case .array(let elements) = kind else { return nil }
        return elements
    }

    package var members: [Member]? {
        guard case .object(let members) = kind else { return nil }
        return members
    }

    package var isNull: Bool {
        if case .null = kind { true } else { false }
    }
}

extension Span<UInt8> {
    fileprivate func elementsEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
