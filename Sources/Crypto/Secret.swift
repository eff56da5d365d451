/// A text that must not be seen.
///
/// It prints as `[redacted]`, wherever it ends up: in a log, an error, a dump of a value. Its bytes are overwritten when
/// the last copy goes.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: SecretBytes

    package init(_ text: String) { bytes = SecretBytes(Array(text.utf8)) }

    /// The text itself, made anew: for the place that uses it, never for one that shows or keeps it.
    package var exposed: String { bytes.withBytes { String(decoding: $0, as: UTF8.self) } }

    package var description: String { "[redacted]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    package static func == (left: Secret, right: Secret) -> Bool {
        left.bytes.withBytes { left in
            right.bytes.withBytes { right in Digest.equalInConstantTime(Array(left), Array(right)) }
        }
    }

    package func hash(into hasher: inout Hasher) { bytes.withBytes { hasher.combine(bytes: $0) } }
}
