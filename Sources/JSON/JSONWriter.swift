/// Writing a value as text, RFC 8259.
extension JSON {
    /// One line without spaces; `pretty` puts every member and element on its own line, two spaces deeper.
    package func text(pretty: Bool = false) -> String {
        String(decoding: bytes(pretty: pretty), as: UTF8.self)
    }

    package func bytes(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty)
        writer.write(self)
        return writer.output
    }
}

private struct JSONWriter {
    let isPretty: Bool
    var output: [UInt8] = []
    var level = 0

    init(isPretty: Bool) {
        self.isPretty = isPretty
        output.reserveCapacity(256)
    }

    mutating func write(_ value: JSON) {
        switch value.kind {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .number(let text): output += text.utf8
        case .string(let text): write(text)
        case .array(let elements):
            write(elements, in: ("[", "]")) { writer, element in writer.write(element) }
        case .object(let members):
            write(members, in: ("{", "}")) { writer, member in
                writer.write(member.key)
                writer.output += (writer.isPretty ? ": " : ":").utf8
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Item>(
        _ items: [Item],
        in brackets: (Unicode.Scalar, Unicode.Scalar),
        _ body: (inout JSONWriter, Item) -> Void
    ) {
        output.append(UInt8(ascii: brackets.0))
        level += 1
        for (index, item) in items.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            breakLine()
            body(&self, item)
        }
        level -= 1
        if !items.isEmpty { breakLine() }
        output.append(UInt8(ascii: brackets.1))
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    /// Escapes what section 7 demands, DEL, and the two line separators that JavaScript once refused in strings.
    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(\.isPlainInOutput) {
            output += text.utf8
        } else {
            writeEscaped(text)
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\"".utf8
            case "\\": output += "\\\\".utf8
            case "\n": output += "\\n".utf8
            case "\r": output += "\\r".utf8
            case "\t": output += "\\t".utf8
            case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let code = String(scalar.value, radix: 16)
                output += "\\u".utf8
                output += String(repeating: "0", count: 4 - code.utf8.count).utf8
                output += code.utf8
            default: output += String(scalar).utf8
            }
        }
    }
}

extension UInt8 {
    /// Whether the byte needs no look at the scalar it belongs to; U+2028 and U+2029 start with E2.
    @inline(__always) fileprivate var isPlainInOutput: Bool {
        self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") && self != 0x7F && self != 0xE2
    }
}
