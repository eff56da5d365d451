/// Puts a response together from the header lines and body pieces that curl hands over.
///
/// Pure: no curl, no I/O.
struct ResponseCollector {
    /// Bytes of header lines that a response may have; curl alone would take far more.
    static let headerLimit = 65_536

    private enum Phase {
        /// Between the status line and the empty line.
        case fields
        /// After the empty line: a body, trailers, or the status line that follows a 1xx response.
        case body
    }

    private let bodyLimit: Int
    private var phase = Phase.fields
    private var headerBytes = 0
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    /// Whether there was more body than the limit allows.
    private(set) var isTruncated = false
    /// Whether the headers were too large to take.
    private(set) var isOversized = false

    init(bodyLimit: Int) { self.bodyLimit = max(0, bodyLimit) }

    /// Takes one whole line; false when it is too much and the transfer must end.
    mutating func takeHeaderLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= Self.headerLimit else {
            isOversized = true
            return false
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        if line.starts(with: "HTTP/".utf8) {
            // Every response on the way, such as a 103, begins with its status line: the last one counts.
            headers = []
            phase = .fields
        } else if line.isEmpty {
            phase = .body
        } else if phase == .fields, let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.append((name, String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)))
        }
        return true
    }

    /// Takes a piece of the body; false when the limit is passed and the transfer must end.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = bodyLimit - body.count
        body.append(contentsOf: bytes.prefix(room))
        isTruncated = bytes.count > room
        return !isTruncated
    }

    private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
