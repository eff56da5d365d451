import Subprocess

/// What a program said: the end of it, for that is where it says why it failed.
struct ProgramOutput: Sendable, Hashable {
    var output = Stream()
    var errors = Stream()

    /// The end of one of the two streams.
    struct Stream: Sendable, Hashable {
        /// Bytes that are kept of a stream at the most.
        static let limit = 4_096

        private(set) var bytes: [UInt8] = []
        /// Whether there was more before.
        private(set) var isCut = false

        init() {}

        mutating func append(_ chunk: some BidirectionalCollection<UInt8>) {
            bytes += chunk.suffix(Self.limit)
            isCut = isCut || chunk.count > Self.limit || bytes.count > Self.limit
            bytes.removeFirst(max(0, bytes.count - Self.limit))
        }

        /// The text, without what a terminal would obey, and without white space around it; nil: nothing was said.
        var text: String? {
            // The cut may be within a character.
            let whole = isCut ? bytes.drop { $0 & 0xC0 == 0x80 } : bytes[...]
            let scalars = String(decoding: whole, as: UTF8.self).unicodeScalars.map { scalar in
                let isObeyed = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                return isObeyed ? "\u{FFFD}" : scalar
            }
            var text = Substring(String(String.UnicodeScalarView(scalars)))
            text = text.drop(while: \.isWhitespace)
            while text.last?.isWhitespace == true { text.removeLast() }
            return text.isEmpty ? nil : (isCut ? "…" : "") + text
        }

        /// Reads until nobody can write any more, or the program has ended, of which cancellation tells.
        ///
        /// What it said before its end is in the pipe then, which two more buffers of the same size certainly hold.
        /// Whoever still writes, because it left the process group, is not listened to.
        static func read(_ sequence: SubprocessOutputSequence) async -> Stream {
            var stream = Stream()
            var more = 2
            var iterator = sequence.makeAsyncIterator()
            while more > 0, let buffer = try? await iterator.next() {
                buffer.withUnsafeBytes { stream.append($0) }
                if Task.isCancelled { more -= 1 }
            }
            return stream
        }
    }

    /// Both, each under its name; nil when nothing was said.
    var text: String? {
        let parts = [("stdout", output.text), ("stderr", errors.text)].compactMap { name, text in
            text.map { "\(name): \($0)" }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "\n")
    }

    /// The last line of what it said of errors, else of what it said at all.
    var lastLine: String? {
        (errors.text ?? output.text)?.split(whereSeparator: \.isNewline).last.map {
            $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
    }
}
