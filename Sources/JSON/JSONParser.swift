/// A recursive descent over the bytes of one document, RFC 8259 sections 2 to 5; strings and numbers are beside it.
///
/// Every read of a byte goes through `byte` or `byte(at:)`, which check the bounds.
@safe struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    let depthLimit: Int
    var cursor = 0

    /// The bytes must outlive the parser.
    init(bytes: UnsafeRawBufferPointer, depthLimit: Int) {
        unsafe self.bytes = bytes
        self.depthLimit = depthLimit
    }

    var count: Int { unsafe bytes.count }

    /// The byte at the cursor, 0 at the end: a NUL is legal nowhere in JSON, so the two need no distinction here.
    @inline(__always) var byte: UInt8 { byte(at: cursor) }

    @inline(__always) func byte(at offset: Int) -> UInt8 {
        unsafe offset < bytes.count ? bytes[offset] : 0
    }

    /// The text between two offsets, nil if it is not UTF-8.
    func text(from start: Int, to end: Int) -> String? {
        guard 0 <= start, start <= end, end <= count else { return nil }
        return unsafe String(validating: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    /// The text between two offsets that hold nothing but ASCII.
    ///
    /// Where it is known to be so: checking costs several times what making the text does.
    func asciiText(from start: Int, to end: Int) -> String? {
        guard 0 <= start, start <= end, end <= count else { return nil }
        return unsafe String(
            decoding: UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[start..<end]),
            as: UTF8.self
        )
    }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        if byte == 0xEF, byte(at: 1) == 0xBB, byte(at: 2) == 0xBF { cursor = 3 }
        skipWhitespace()
        guard cursor < count else { throw JSONSyntaxError(offset: cursor, message: "the document is empty") }
        let value = try value(level: 0)
        skipWhitespace()
        guard cursor == count else { throw unexpected("the end of the document") }
        return value
    }

    private mutating func value(level: Int) throws(JSONSyntaxError) -> JSON {
        let start = cursor
        switch byte {
        case UInt8(ascii: "\""): return JSON(.string(try string()), offset: start)
        case UInt8(ascii: "{"): return JSON(.object(try members(level: level + 1)), offset: start)
        case UInt8(ascii: "["): return JSON(.array(try elements(level: level + 1)), offset: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSON(.number(try number()), offset: start)
        case UInt8(ascii: "t") where take("true"): return JSON(.bool(true), offset: start)
        case UInt8(ascii: "f") where take("false"): return JSON(.bool(false), offset: start)
        case UInt8(ascii: "n") where take("null"): return JSON(.null, offset: start)
        default: throw noValue()
        }
    }

    private mutating func members(level: Int) throws(JSONSyntaxError) -> [JSON.Member] {
        try open(level)
        var members: [JSON.Member] = []
        guard byte != UInt8(ascii: "}") else {
            cursor += 1
            return members
        }
        members.reserveCapacity(8)
        while true {
            let keyOffset = cursor
            guard byte == UInt8(ascii: "\"") else { throw noKey() }
            let key = try string()
            skipWhitespace()
            guard byte == UInt8(ascii: ":") else { throw unexpected("':' after a key") }
            cursor += 1
            skipWhitespace()
            members.append(JSON.Member(key: key, keyOffset: keyOffset, value: try value(level: level)))
            if try close(UInt8(ascii: "}"), else: "',' or '}' after a member") { return members }
        }
    }

    private mutating func elements(level: Int) throws(JSONSyntaxError) -> [JSON] {
        try open(level)
        var elements: [JSON] = []
        guard byte != UInt8(ascii: "]") else {
            cursor += 1
            return elements
        }
        while true {
            elements.append(try value(level: level))
            if try close(UInt8(ascii: "]"), else: "',' or ']' after an element") { return elements }
        }
    }

    /// Takes the bracket at the cursor.
    private mutating func open(_ level: Int) throws(JSONSyntaxError) {
        guard level <= depthLimit else {
            throw JSONSyntaxError(offset: cursor, message: "nested more than \(depthLimit) levels deep")
        }
        cursor += 1
        skipWhitespace()
    }

    /// Takes the closing bracket (true), or the comma before what follows (false).
    @inline(__always)
    private mutating func close(_ bracket: UInt8, else expected: StaticString) throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        if byte == bracket {
            cursor += 1
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw unexpected("\(expected)") }
        let comma = cursor
        cursor += 1
        skipWhitespace()
        guard byte != bracket else {
            let name = bracket == UInt8(ascii: "}") ? "'}'" : "']'"
            throw JSONSyntaxError(offset: comma, message: "trailing comma before \(name)")
        }
        return false
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { cursor += 1 }
    }

    /// Takes a literal name, unless it is only the start of a longer word.
    private mutating func take(_ name: StaticString) -> Bool {
        let end = cursor + name.utf8CodeUnitCount
        for (index, symbol) in "\(name)".utf8.enumerated() where byte(at: cursor + index) != symbol { return false }
        guard !byte(at: end).isWordCharacter else { return false }
        cursor = end
        return true
    }
}
