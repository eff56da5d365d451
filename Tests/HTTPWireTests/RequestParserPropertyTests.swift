import Testing

@testable import HTTPWire

@Suite("However bytes are cut, the outcome is the same")
struct RequestParserPropertyTests {
    /// Limits that some messages of the corpus exceed, so that refusals by size are cut up too.
    static let limits = [
        HTTPLimits(),
        HTTPLimits(requestLineBytes: 24, headerBytes: 90, headerCount: 3, bodyBytes: 12, chunkExtensionBytes: 8),
        HTTPLimits(requestLineBytes: 40, headerBytes: 60, headerCount: 2, bodyBytes: 14, trailerBytes: 10),
    ]

    @Test("valid requests are parsed to the end", arguments: Corpus.valid)
    func valid(text: String) {
        let outcomes = parse(text)
        #expect(!outcomes.isEmpty)
        for outcome in outcomes {
            guard case .request = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
    }

    @Test("invalid requests are refused", arguments: Corpus.invalid)
    func invalid(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test("unfinished requests are neither", arguments: Corpus.unfinished)
    func unfinished(text: String) {
        guard case .unfinished? = parse(text).first else {
            Issue.record("not unfinished")
            return
        }
    }

    @Test("byte by byte", arguments: Corpus.all, limits)
    func byteByByte(text: String, limits: HTTPLimits) {
        let bytes = Array(text.utf8)
        #expect(parse(bytes.map { [$0] }, limits: limits) == parse([bytes], limits: limits))
    }

    @Test("in two pieces, at every place", arguments: Corpus.all, limits)
    func everySplit(text: String, limits: HTTPLimits) {
        let bytes = Array(text.utf8)
        let whole = parse([bytes], limits: limits)
        for place in 0...bytes.count {
            let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
            #expect(parse(pieces, limits: limits) == whole, "cut at \(place)")
        }
    }

    @Test("20,000 mutated requests: no crash, and no difference between whole and cut", arguments: 0..<20)
    func mutations(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        for round in 0..<1_000 {
            guard let text = Corpus.valid.randomElement(using: &random) else { return }
            let bytes = mutate(Array(text.utf8), using: &random)
            let limits = round % 4 == 0 ? Self.limits[1] : Self.limits[0]
            #expect(parse(cut(bytes, using: &random), limits: limits) == parse([bytes], limits: limits), "\(bytes)")
        }
    }

    private func mutate(_ original: [UInt8], using random: inout SplitMix) -> [UInt8] {
        let telling = Array("\r\n\r\n \t:;,0%#/\0\u{7F}".utf8) + [0x80, 0xFF]
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
            guard place < bytes.count else { break }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes[place] = telling.randomElement(using: &random) ?? 0
            case 2: bytes.insert(telling.randomElement(using: &random) ?? 0, at: place)
            case 3: bytes.remove(at: place)
            case 4: bytes.removeSubrange(place..<min(place + 12, bytes.count))
            default: bytes.insert(contentsOf: bytes[place..<min(place + 24, bytes.count)], at: place)
            }
        }
        return bytes
    }

    private func cut(_ bytes: [UInt8], using random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            let end = min(place + Int.random(in: 1...64, using: &random), bytes.count)
            pieces.append(Array(bytes[place..<end]))
            place = end
        }
        return pieces
    }
}
