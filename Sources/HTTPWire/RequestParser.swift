/// Turns the bytes of one connection into requests: bytes in, steps out, no I/O and no time.
///
/// Call `append` with what was read, then `next` until it says `needsMoreBytes`. Requests may be pipelined. However the bytes
/// are cut into pieces, the requests and refusals are the same.
package struct RequestParser: Sendable {
    /// Where in a message the parser stands, as far as `next` has seen, for the choice of a timeout.
    package enum Phase: Sendable, Equatable {
        /// No byte of a next message has arrived.
        case idle
        /// Within the request line and the header fields.
        case head
        /// Within the body and its trailers.
        case body
    }

    /// What `next` found.
    package enum Step: Sendable {
        /// Nothing until more bytes are appended.
        case needsMoreBytes
        /// The client waits for `100 Continue` before it sends the body; returned at most once per request.
        ///
        /// Send `HTTPResponse.continue100`, or a final answer and close.
        case expectsContinue
        /// A whole request.
        case request(HTTPRequest)
    }

    /// Without what belongs to it, which lies beside it: taken out of a case it would be copied at every look.
    private enum State {
        /// Between messages.
        case start
        case requestLine
        /// `line` is there.
        case fields
        /// `head` is there, and lacks its body, which is in `body`.
        case body
        /// `refusal` says why.
        case refused
    }

    private let limits: HTTPLimits
    private var state = State.start
    private var emptyLines = 0
    private var line: RequestLine?
    private var head: HTTPRequest?
    private var refusal: HTTPRefusal?
    private var input = InputBuffer()
    private var fields: [HTTPHeaders.Field] = []
    private var body = BodyReader(.none)
    private var owesContinue = false

    /// RFC 9112 section 2.2 asks to ignore at least one empty line before a request line; more than these is refused.
    private static let mostEmptyLines = 4
    /// Most requests have no more fields than these.
    private static let usualFields = 16

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// Where in a message the parser stands.
    package var phase: Phase {
        switch state {
        case .start, .refused: .idle
        case .requestLine, .fields: .head
        case .body: .body
        }
    }

    /// Bytes of the present body so far, framing not counted, for a minimum rate; 0 outside a body.
    package var bodyBytesReceived: Int { body.bytes.count }

    /// Bytes appended and not consumed: those of an unfinished head, and requests that `next` has not been asked for.
    package var bufferedBytes: Int { input.count }

    /// Adds bytes that were received; after a refusal they are dropped.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if state == .refused { return }
        unsafe input.append(bytes)
    }

    /// Adds bytes that were received; after a refusal they are dropped.
    package mutating func append(_ bytes: [UInt8]) {
        if state == .refused { return }
        input.append(bytes)
    }

    /// Goes on to the next event.
    ///
    /// - Throws: why the message is refused, and the same again ever after: where a message is broken, nobody knows where the
    ///   next one starts (RFC 9112 section 6.3), so the connection has to be closed.
    package mutating func next() throws(HTTPRefusal) -> Step {
        do throws(HTTPRefusal) {
            return try advance()
        } catch {
            state = .refused
            refusal = error
            input = InputBuffer()
            (line, head, fields) = (nil, nil, [])
            body = BodyReader(.none)
            throw error
        }
    }

    private mutating func advance() throws(HTTPRefusal) -> Step {
        while true {
            switch state {
            case .start:
                guard try findStart() else { return .needsMoreBytes }
                state = .requestLine
            case .requestLine:
                guard let place = try input.line(atMost: limits.requestLineBytes, orThrow: .uriTooLong)
                else { return .needsMoreBytes }
                line = try RequestLine(parsing: input.bytes.span, place)
                state = .fields
                input.consume()
            case .fields:
                guard try readFields() else { return .needsMoreBytes }
                if let line = line.take() { try beginBody(line) }
            case .body:
                return try readBody()
            case .refused:
                if let refusal { throw refusal }
            }
        }
    }

    /// Skips empty lines and says whether a request line has begun.
    private mutating func findStart() throws(HTTPRefusal) -> Bool {
        while input.unread > 0 {
            let first = input.bytes[input.cursor]
            guard first == .carriageReturn else {
                // Judged before the line is whole: a TLS client would wait for ever for the end of its "line".
                guard ByteSet.token.contains(first) else {
                    throw first == 0x16
                        ? .badRequest("this looks like TLS, and the listener speaks plain HTTP")
                        : .badRequest("the request does not start with a method")
                }
                return true
            }
            guard input.unread > 1 else { return false }
            guard input.bytes[input.cursor + 1] == .lineFeed else { throw .badRequest("a CR is not followed by LF") }
            emptyLines += 1
            guard emptyLines <= Self.mostEmptyLines else {
                throw .badRequest("there are too many empty lines before the request")
            }
            input.skip(2)
            input.consume()
        }
        return false
    }

    /// Reads field lines, which stay in the input until the empty line, and says whether that was found.
    private mutating func readFields() throws(HTTPRefusal) -> Bool {
        if fields.isEmpty { fields.reserveCapacity(Self.usualFields) }
        while true {
            guard let line = try input.line(atMost: limits.headerBytes - input.read, orThrow: .headersTooLarge)
            else { return false }
            guard !line.isEmpty else { return true }
            guard fields.count < limits.headerCount else { throw .tooManyHeaders }
            fields.append(try HTTPHeaders.Field(parsing: input.bytes.span, line: line, from: input.start))
        }
    }

    private mutating func beginBody(_ line: RequestLine) throws(HTTPRefusal) {
        let headers = HTTPHeaders(section: Array(input.bytes[input.start..<input.cursor]), fields: fields)
        fields = []
        input.consume()
        let framing = try Framing(headers, version: line.version, limits: limits)
        head = HTTPRequest(line: line, headers: headers, keepAlive: framing.keepAlive)
        state = .body
        body = BodyReader(framing.body)
        owesContinue = framing.expectsContinue
    }

    private mutating func readBody() throws(HTTPRefusal) -> Step {
        let isWhole = try body.read(from: &input, limits: limits)
        guard isWhole, var request = head.take() else {
            // RFC 9110 section 10.1.1: it may be left out only when content has already come, and some clients wait anyway.
            guard owesContinue else { return .needsMoreBytes }
            owesContinue = false
            return .expectsContinue
        }
        request.body = body.takeBytes()
        owesContinue = false
        state = .start
        emptyLines = 0
        return .request(request)
    }
}
