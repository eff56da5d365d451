import HTTPWire
import Harness

/// Input: a line, then the bytes of a connection.
///
/// The first byte of the line picks the limits; each byte after it is the length of a piece in which the bytes arrive, in
/// turn and over again.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(data, count)
    let plan = input.line() ?? []
    let stream = input.rest
    let limits = Limits.all[Int(plan.first ?? 0) % Limits.all.count]
    let lengths = plan.dropFirst().map { Int($0 & 63) + 1 }
    let whole = outcome([stream], limits)
    let cut = outcome(pieces(stream, lengths), limits)
    claim(whole == cut, "cut differs from whole:\n\(cut)\n\(whole)")
    for request in whole.requests {
        checkRequest(request, limits)
        checkRoundTrip(request)
        checkAnswer(request, stream)
    }
    // It takes its time: a plan has to ask for it with 8, 9, : or ;.
    if (plan.first ?? 0) & 8 == 8 { checkMemory(pieces(stream, lengths), limits) }
    return 0
}

enum Limits {
    /// The defaults, and some that inputs of a few bytes exceed.
    static let all = [
        HTTPLimits(),
        HTTPLimits(requestLineBytes: 24, headerBytes: 90, headerCount: 3, bodyBytes: 12, chunkExtensionBytes: 8),
        HTTPLimits(requestLineBytes: 40, headerBytes: 60, headerCount: 2, bodyBytes: 14, trailerBytes: 10),
        HTTPLimits(
            requestLineBytes: 128,
            headerBytes: 512,
            headerCount: 16,
            bodyBytes: 1_024,
            chunkExtensionBytes: 0,
            trailerBytes: 64
        ),
    ]
}

/// Cuts the bytes up; without lengths byte by byte.
func pieces(_ bytes: [UInt8], _ lengths: [Int]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var place = 0
    while place < bytes.count {
        let length = lengths.isEmpty ? 1 : lengths[pieces.count % lengths.count]
        let end = min(place + length, bytes.count)
        pieces.append(Array(bytes[place..<end]))
        place = end
    }
    return pieces
}

/// Everything that came out of a parser.
struct Outcome: Equatable {
    var requests: [HTTPRequest] = []
    var refusal: HTTPRefusal?
    var phase = RequestParser.Phase.idle
    var bodyBytes = 0
    var bufferedBytes = 0
}

/// Feeds pieces to a new parser and asks for all there is after each.
func outcome(_ pieces: [[UInt8]], _ limits: HTTPLimits) -> Outcome {
    var feed = Feed(limits)
    var outcome = Outcome()
    do throws(HTTPRefusal) {
        for piece in pieces {
            try feed.send(piece) { outcome.requests.append($0) }
            checkHeld(feed.parser, limits)
        }
    } catch {
        outcome.refusal = error
        checkRefusal(error, &feed.parser)
    }
    outcome.phase = feed.parser.phase
    outcome.bodyBytes = feed.parser.bodyBytesReceived
    outcome.bufferedBytes = feed.parser.bufferedBytes
    return outcome
}

/// A parser at work.
struct Feed {
    var parser: RequestParser
    private var isContinueAsked = false

    init(_ limits: HTTPLimits) { parser = RequestParser(limits: limits) }

    /// Adds bytes and takes the requests until more are needed.
    mutating func send(_ bytes: [UInt8], _ body: (HTTPRequest) -> Void) throws(HTTPRefusal) {
        parser.append(bytes)
        while true {
            switch try parser.next() {
            case .needsMoreBytes: return
            case .expectsContinue:
                claim(!isContinueAsked && parser.phase == .body, "100 Continue is asked for twice, or out of place")
                isContinueAsked = true
            case .request(let request):
                body(request)
                isContinueAsked = false
            }
        }
    }
}
