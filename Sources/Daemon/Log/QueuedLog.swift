package import Logging
import Posix

/// A log handler that hands its lines over to a queue and goes on.
package struct QueuedLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let queue: LogQueue

    package init(_ queue: LogQueue, level: Logger.Level) {
        self.queue = queue
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        queue.take(
            LogQueue.Entry(
                time: Clock.system.now(),
                level: event.level,
                message: "\(event.message)",
                fields: fields.map { ($0.key, "\($0.value)") }
            )
        )
    }
}
