/// Header fields in the order they were sent, found by name in any case (RFC 9110 section 5.1).
///
/// All names and values lie in one array of bytes; a `String` is made when a field is asked for. A request with ten fields
/// costs two allocations instead of twenty, and most fields of a webhook are never looked at.
///
/// Values may hold `obs-text` (0x80 to 0xFF, RFC 9110 section 5.5); they are read as UTF-8, with U+FFFD for what is not.
package struct HTTPHeaders: Sendable {
    /// Where one field lies in `bytes`; no section is longer than 1 GiB (`HTTPLimits`).
    struct Field: Sendable {
        private let nameStart, nameEnd, valueStart, valueEnd: UInt32

        init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
            nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
            valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
            valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

        func moved(by base: Int) -> Field {
            Field(
                name: name.lowerBound + base..<name.upperBound + base,
                value: value.lowerBound + base..<value.upperBound + base
            )
        }
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []
    /// Whether `bytes` are the lines of these fields as an answer has them, with nothing in them that could break it and no
    /// field that `HTTPResponse.serialize` writes itself: judged once, when a field is added, and not at every answer.
    private(set) var areLines = true

    package init() {}

    package init(_ fields: [(String, String)]) {
        for (name, value) in fields { append(name, value) }
    }

    /// Fields that the parser checked; their ranges count from the first byte of the section.
    init(section: [UInt8], fields: [Field]) {
        self.bytes = section
        self.fields = fields
        areLines = false
    }

    /// Adds a field after the others, whatever it holds: `HTTPResponse.serialize` sees to it that no field breaks the message.
    package mutating func append(_ name: String, _ value: String) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        let middle = bytes.count
        bytes.append(": ")
        bytes.append(contentsOf: value.utf8)
        let field = Field(name: start..<middle, value: middle + 2..<bytes.count)
        bytes.append("\r\n")
        fields.append(field)
        areLines = areLines && HTTPResponse.isLine(bytes.span, field)
    }

    /// Adds the fields of another section after the others.
    package mutating func append(contentsOf other: HTTPHeaders) {
        guard areLines, other.areLines else {
            for (name, value) in other { append(name, value) }
            return
        }
        let base = bytes.count
        bytes.append(contentsOf: other.bytes)
        fields.reserveCapacity(fields.count + other.fields.count)
        for field in other.fields { fields.append(field.moved(by: base)) }
    }

    /// The value of the first field of this name.
    package func first(_ name: String) -> String? {
        let span = bytes.span
        for field in fields where span.equals(field.name, ignoringCase: name) { return span.text(field.value) }
        return nil
    }

    /// The values of all fields of this name, in order and not split at commas.
    package func all(_ name: String) -> [String] {
        let span = bytes.span
        var values: [String] = []
        for field in fields where span.equals(field.name, ignoringCase: name) { values.append(span.text(field.value)) }
        return values
    }

    /// Whether there is a field of this name.
    package func contains(_ name: String) -> Bool {
        let span = bytes.span
        for field in fields where span.equals(field.name, ignoringCase: name) { return true }
        return false
    }
}

extension HTTPHeaders: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }

    package subscript(position: Int) -> (name: String, value: String) {
        let field = fields[position]
        return (bytes.span.text(field.name), bytes.span.text(field.value))
    }
}

extension HTTPHeaders: Equatable {
    /// Equal means the same fields in the same order, the case of names aside.
    package static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
        left.count == right.count
            && zip(left.fields, right.fields).allSatisfy { one, other in
                left.bytes[one.value] == right.bytes[other.value]
                    && left.bytes[one.name].map(\.lowercased) == right.bytes[other.name].map(\.lowercased)
            }
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// `["Content-Type": "text/plain"]`; unlike in a dictionary, the order counts and names may repeat.
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }
}
