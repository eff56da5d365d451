/// Reading a whole text as one value. Strict: RFC 8259 and nothing beside it, in UTF-8.
extension JSON {
    /// Reads one value with nothing but whitespace around it; a byte order mark at the start is skipped
    /// (RFC 8259 section 8.1).
    ///
    /// Arrays and objects may be nested `depth` deep, which also bounds the recursion: no input can exhaust the stack.
    package static func parse(_ bytes: UnsafeRawBufferPointer, depth: Int = 64) throws(JSONSyntaxError) -> JSON {
        var parser = unsafe JSONParser(bytes: bytes, depthLimit: depth)
        return try parser.document()
    }

    package static func parse(_ bytes: [UInt8], depth: Int = 64) throws(JSONSyntaxError) -> JSON {
        // `withUnsafeBytes` cannot throw a type, hence the Result.
        let result = unsafe bytes.withUnsafeBytes { raw in
            Result { () throws(JSONSyntaxError) in try unsafe parse(raw, depth: depth) }
        }
        return try result.get()
    }

    package static func parse(_ text: String, depth: Int = 64) throws(JSONSyntaxError) -> JSON {
        try parse(Array(text.utf8), depth: depth)
    }
}
