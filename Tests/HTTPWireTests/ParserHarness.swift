@testable import HTTPWire

/// What came out of a parser, in order.
enum Outcome: Equatable {
    case request(HTTPRequest)
    case refused(HTTPRefusal)
    /// Bytes of a message that never became whole.
    case unfinished(RequestParser.Phase)
}

/// Feeds pieces to a new parser, asks for all there is after each, and gives what came out, `100 Continue` aside.
func parse(_ pieces: some Sequence<[UInt8]>, limits: HTTPLimits = HTTPLimits()) -> [Outcome] {
    var parser = RequestParser(limits: limits)
    var outcomes: [Outcome] = []
    do throws(HTTPRefusal) {
        for piece in pieces {
            parser.append(piece)
            reading: while true {
                switch try parser.next() {
                case .request(let request): outcomes.append(.request(request))
                case .expectsContinue: continue
                case .needsMoreBytes: break reading
                }
            }
        }
    } catch {
        return outcomes + [.refused(error)]
    }
    return parser.phase == .idle ? outcomes : outcomes + [.unfinished(parser.phase)]
}

func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) -> [Outcome] {
    parse([Array(text.utf8)], limits: limits)
}

/// The only request in the text, or nil when anything else came out.
func request(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HTTPRequest? {
    let outcomes = parse(text, limits: limits)
    guard outcomes.count == 1, case .request(let request)? = outcomes.first else { return nil }
    return request
}

/// The refusal that the text ends in, or nil.
func refusal(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HTTPRefusal? {
    guard case .refused(let refusal)? = parse(text, limits: limits).last else { return nil }
    return refusal
}

/// A refusal in short: `400 there is no Host`.
func verdict(_ text: String, limits: HTTPLimits = HTTPLimits()) -> String {
    guard let refusal = refusal(text, limits: limits) else { return "not refused" }
    return "\(refusal.status.code) \(refusal.detail)"
}

/// The generator of the SplitMix64 paper: small, and the same on every machine for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
