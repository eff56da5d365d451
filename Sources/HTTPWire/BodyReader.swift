/// Takes one body out of the input, by count or chunk by chunk (RFC 9112 sections 6.2 and 7.1).
struct BodyReader: Sendable {
    private enum State {
        /// The body, counted from its head.
        case counted(remaining: Int)
        /// Before or in a `chunk-size` line.
        case chunkHead
        case chunkData(remaining: Int)
        /// Before the CRLF that follows the data of a chunk.
        case chunkEnd
        case trailers
        case complete
    }

    /// What has arrived, without the framing.
    private(set) var bytes: [UInt8] = []
    private var state: State
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    init(_ framing: Framing.Body) {
        state =
            switch framing {
            case .none: .complete
            case .counted(let count): .counted(remaining: count)
            case .chunked: .chunkHead
            }
    }

    /// Gives away what has arrived.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Takes what is there and says whether the body is complete.
    mutating func read(from input: inout InputBuffer, limits: HTTPLimits) throws(HTTPRefusal) -> Bool {
        while true {
            switch state {
            case .complete: return true
            case .counted(let remaining):
                let rest = take(remaining, from: &input)
                state = rest == 0 ? .complete : .counted(remaining: rest)
                guard rest == 0 else { return false }
            case .chunkHead:
                guard try readChunkHead(from: &input, limits: limits) else { return false }
            case .chunkData(let remaining):
                let rest = take(remaining, from: &input)
                state = rest == 0 ? .chunkEnd : .chunkData(remaining: rest)
                guard rest == 0 else { return false }
            case .chunkEnd:
                guard try readChunkEnd(from: &input) else { return false }
                state = .chunkHead
            case .trailers:
                guard try readTrailers(from: &input, limits: limits) else { return false }
                state = .complete
            }
        }
    }

    /// Moves at most `count` bytes into the body and gives the number that is still missing.
    ///
    /// Memory grows with what has arrived, not with what was announced: a length costs its sender nothing.
    private mutating func take(_ count: Int, from input: inout InputBuffer) -> Int {
        let part = min(count, input.unread)
        guard part > 0 else { return count }
        bytes.append(contentsOf: input.bytes[input.cursor..<input.cursor + part])
        input.skip(part)
        input.consume()
        return count - part
    }

    private mutating func readChunkHead(
        from input: inout InputBuffer,
        limits: HTTPLimits
    ) throws(HTTPRefusal) -> Bool {
        let allowance = limits.chunkExtensionBytes - extensionBytes
        let limit = ChunkHead.mostDigits + allowance + 2
        guard let line = try input.line(atMost: limit, orThrow: .chunkExtensionsTooLong) else { return false }

        let head = try ChunkHead(parsing: input.bytes.span, line)
        input.consume()
        guard head.extensionBytes <= allowance else { throw .chunkExtensionsTooLong }
        extensionBytes += head.extensionBytes
        guard head.size <= limits.bodyBytes - bytes.count else { throw .bodyTooLarge }
        state = head.size == 0 ? .trailers : .chunkData(remaining: head.size)
        return true
    }

    private mutating func readChunkEnd(from input: inout InputBuffer) throws(HTTPRefusal) -> Bool {
        for offset in 0..<min(2, input.unread) {
            guard input.bytes[input.cursor + offset] == (offset == 0 ? .carriageReturn : .lineFeed) else {
                throw .badRequest("the data of a chunk is not followed by CRLF")
            }
        }
        guard input.unread >= 2 else { return false }
        input.skip(2)
        input.consume()
        return true
    }

    /// Checks trailer fields like header fields and drops them: RFC 9110 section 6.5.1 permits it, and a field that is
    /// merged after the head was acted on can only do harm.
    private mutating func readTrailers(from input: inout InputBuffer, limits: HTTPLimits) throws(HTTPRefusal) -> Bool {
        while true {
            let limit = limits.trailerBytes - trailerBytes
            guard let line = try input.line(atMost: limit, orThrow: .trailersTooLarge) else { return false }
            guard !line.isEmpty else {
                input.consume()
                return true
            }
            trailerBytes += line.count + 2
            trailerCount += 1
            guard trailerCount <= limits.headerCount else { throw .trailersTooLarge }
            _ = try HTTPHeaders.Field(parsing: input.bytes.span, line: line, from: line.lowerBound)
            input.consume()
        }
    }
}
