package import Chrono
package import JSON

/// The data of `message.sent`, in both payload versions: proof that a line is sending.
package struct SentMessage: Sendable, Hashable {
    package static let eventType = "message.sent"

    /// The line that sent it, as Linq writes its number.
    package let line: String
    /// The chat's id; nil where the payload does not say.
    package let chat: String?
    /// When it was sent; nil where the payload does not say so in RFC 3339.
    package let sentAt: Timestamp?

    /// Nil for a message that somebody else sent, and for data that does not say which line did.
    package init?(_ data: JSON) {
        let chat = data["chat"]
        if let owner = Self.handle(chat?["owner_handle"]) {
            // 2026-02-03: everything at the top, the chat an object.
            guard data["direction"]?.string != "inbound" else { return nil }
            line = owner
        } else {
            // 2025-01-01: `is_from_me`, and who wrote it.
            guard data["is_from_me"]?.bool == true,
                let sender = Self.handle(data["from_handle"]) ?? data["from"]?.string
            else { return nil }
            line = sender
        }
        self.chat = chat?["id"]?.string ?? chat?.string ?? data["chat_id"]?.string
        let time = data["sent_at"]?.string ?? data["message"]?["sent_at"]?.string
        sentAt = time.flatMap { Timestamp(rfc3339: $0) }
    }

    /// A handle is an object, in older payloads its text alone.
    private static func handle(_ json: JSON?) -> String? { json?["handle"]?.string ?? json?.string }
}
