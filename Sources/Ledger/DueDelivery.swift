import Chrono
import Lines
import SQLite

/// Makes one payload of several pages; nil when it cannot.
package typealias Bundler = @Sendable ([DueDelivery]) -> [UInt8]?

extension DueDelivery {
    /// The columns that `init(_:)` reads.
    static let columns = """
        seq, coalesce(bundle_id, id), channel, CASE WHEN bundle IS NULL THEN type ELSE 'incident.group' END, \
        ordering_key, line, incident, event, coalesce(bundle, payload), message, coalesce(revived_at, created_at), \
        attempts, bundle IS NOT NULL, sent
        """

    init(_ row: Statement) {
        self.init(
            seq: row.integer(0) ?? 0,
            id: row.text(1) ?? "",
            channel: row.text(2).flatMap(DeliveryDraft.Channel.init(rawValue:)) ?? .control,
            type: row.text(3) ?? "",
            orderingKey: row.text(4) ?? "",
            line: row.text(5).flatMap { PhoneNumber($0) },
            incident: row.text(6),
            event: row.text(7),
            payload: row.blob(8),
            message: row.text(9) == nil ? nil : row.blob(9),
            createdAt: Timestamp(microseconds: row.integer(10) ?? 0),
            attempts: Int(row.integer(11) ?? 0),
            isBundle: row.integer(12) == 1,
            mayHaveArrived: row.integer(13) == 1
        )
    }

    /// The same, carrying others in one payload.
    func carrying(_ payload: [UInt8], id: String) -> DueDelivery {
        DueDelivery(
            seq: seq,
            id: id,
            channel: channel,
            type: "incident.group",
            orderingKey: orderingKey,
            line: nil,
            incident: incident,
            event: event,
            payload: payload,
            message: message,
            createdAt: createdAt,
            attempts: attempts,
            isBundle: true,
            mayHaveArrived: mayHaveArrived
        )
    }
}
