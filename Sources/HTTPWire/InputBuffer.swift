/// Bytes that were received and are not consumed yet, read line by line.
///
/// What is before `start` is garbage that a later `append` removes; what is between `start` and `cursor` was read but must
/// stay, as the fields of a head do until the head is whole.
struct InputBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var start = 0
    private(set) var cursor = 0
    /// Up to this place there is no line feed after `cursor`: bytes that trickle in are looked at once, not at every read.
    private var searched = 0

    /// Memory that an empty buffer keeps for the next request of its connection; more is given back.
    private static let keptCapacity = 16_384
    /// Garbage is removed from this size on, and only when it is at least half of the buffer, so that the
    /// cost of moving what remains is paid for by the bytes that went before.
    private static let garbageWorthRemoving = 4_096

    /// Bytes not consumed.
    var count: Int { bytes.count - start }
    /// Bytes neither consumed nor read.
    var unread: Int { bytes.count - cursor }
    /// Bytes read and kept, for example the field lines so far.
    var read: Int { cursor - start }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        removeGarbage()
        unsafe bytes.append(contentsOf: new)
    }

    mutating func append(_ new: [UInt8]) {
        removeGarbage()
        bytes.append(contentsOf: new)
    }

    /// Reads the line at the cursor.
    ///
    /// - Parameters:
    ///   - limit: the largest length with CRLF.
    ///   - refusal: thrown once the line is longer, or is certain to become longer, than the limit.
    /// - Returns: the place of the line in `bytes`, without CRLF, or nil if its end has not arrived.
    /// - Throws: `refusal`, or that the line ends with a bare LF.
    mutating func line(
        atMost limit: Int,
        orThrow refusal: @autoclosure () -> HTTPRefusal
    ) throws(HTTPRefusal) -> Range<Int>? {
        guard let end = lineFeed() else {
            searched = bytes.count
            guard unread < limit else { throw refusal() }
            return nil
        }
        guard end - cursor < limit else { throw refusal() }
        // RFC 9112 section 2.2 lets a recipient take a bare LF as a line end. Two parsers in a row that differ on it can
        // be made to see different messages, so this one does not.
        guard end > cursor, bytes[end - 1] == .carriageReturn else {
            throw .badRequest("a line ends with LF instead of CRLF")
        }
        let line = cursor..<end - 1
        cursor = end + 1
        return line
    }

    /// Reads bytes that are there; `count` is at most `unread`.
    mutating func skip(_ count: Int) {
        cursor += count
    }

    /// Gives up what was read.
    mutating func consume() {
        start = cursor
        guard start == bytes.count else { return }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        (start, cursor, searched) = (0, 0, 0)
    }

    private func lineFeed() -> Int? {
        let span = bytes.span
        return span.firstIndex(of: .lineFeed, in: max(searched, cursor)..<span.count)
    }

    private mutating func removeGarbage() {
        guard start >= Self.garbageWorthRemoving, start >= bytes.count / 2 else { return }
        bytes.removeSubrange(..<start)
        cursor -= start
        searched = max(searched - start, 0)
        start = 0
    }
}
