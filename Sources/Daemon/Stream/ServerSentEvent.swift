import JSON

/// One event as a browser's `EventSource` reads it (WHATWG HTML, section 9.2).
struct ServerSentEvent {
    /// What a reader that comes back says that it has seen.
    let id: String?
    let name: String
    let data: JSON

    /// Nothing for the reader, something for whatever stands between.
    static let heartbeat = Array(":\n\n".utf8)

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let id { bytes += Array("id: \(id)\n".utf8) }
        // JSON as it is written here holds no line break.
        return bytes + Array("event: \(name)\ndata: ".utf8) + data.bytes() + Array("\n\n".utf8)
    }
}
