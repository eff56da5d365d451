/// A text that must not be seen.
///
/// It prints as `[redacted]`, wherever it ends up: in a log, an error, a dump of a value.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself: for the place that uses it, never for one that shows it.
    package let exposed: String

    package init(_ exposed: String) { self.exposed = exposed }

    package var description: String { "[redacted]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
