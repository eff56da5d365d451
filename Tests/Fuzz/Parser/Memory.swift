import HTTPWire
import Harness

/// A client that never stops does not get more memory than one request may have.
///
/// The pieces are sent over and over again; what is allocated is asked of the allocator, not of the parser.
func checkMemory(_ pieces: [[UInt8]], _ limits: HTTPLimits) {
    guard let longest = pieces.map(\.count).max() else { return }
    var feed = Feed(limits)
    let most = allowance(limits, piece: longest)
    let before = Heap.bytes
    var (sent, measured) = (0, 0)
    while sent < 65_536 {
        for piece in pieces {
            guard (try? feed.send(piece) { _ in }) != nil else { return }
            sent += piece.count
            guard sent - measured >= 2_048 else { continue }
            measured = sent
            let held = Heap.bytes - before
            claim(held <= most, "\(held) bytes are held after \(sent) were sent, \(most) are allowed")
        }
    }
}

/// Twice what the limits name, because arrays grow by doubling, and what `InputBuffer` keeps between requests.
private func allowance(_ limits: HTTPLimits, piece: Int) -> Int {
    let line = max(limits.requestLineBytes, limits.headerBytes, limits.chunkExtensionBytes + 10, limits.trailerBytes)
    // What was read is removed when it is 4 KiB and half of the buffer.
    let input = max(2 * (4_096 + 2 * line + piece), 16_384)
    // Bytes, fields and the strings of a head that waits for its body.
    let head = limits.headerBytes + 2 * 2 * 32 * limits.headerCount + 4 * limits.requestLineBytes
    return input + head + 2 * limits.bodyBytes + 4_096
}
