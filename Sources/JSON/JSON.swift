/// One JSON value with the place it was read from (RFC 8259).
///
/// Object members keep their order and their duplicates; numbers keep their text, so that no digit is lost.
package struct JSON: Sendable {
    package enum Kind: Sendable, Equatable {
        case null
        case bool(Bool)
        /// The number as it is written, which must be a valid JSON number.
        case number(String)
        case string(String)
        case array([JSON])
        case object([Member])
    }

    package struct Member: Sendable {
        package let key: String
        /// The byte offset of the key's opening quote, 0 when built in code.
        package let keyOffset: Int
        package let value: JSON

        package init(key: String, keyOffset: Int = 0, value: JSON) {
            self.key = key
            self.keyOffset = keyOffset
            self.value = value
        }
    }

    package let kind: Kind

    /// The byte offset of the value in its source, 0 when built in code.
    package let offset: Int

    package init(_ kind: Kind, offset: Int = 0) {
        self.kind = kind
        self.offset = offset
    }
}

extension JSON: Equatable {
    /// Equal by content: offsets do not count, the order of members and the way a number is written do.
    package static func == (left: JSON, right: JSON) -> Bool {
        left.kind == right.kind
    }
}

extension JSON.Member: Equatable {
    package static func == (left: JSON.Member, right: JSON.Member) -> Bool {
        left.key == right.key && left.value == right.value
    }
}
