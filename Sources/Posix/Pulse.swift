/// A part that answers when it is asked whether it still gets round to its work.
package struct Pulse: Sendable {
    /// In the operator's words, such as `webhook loop 0`.
    package let name: String
    /// Calls back once the part has come to it, behind what it was given before.
    package let ask: @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void

    package init(_ name: String, ask: @escaping @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void) {
        self.name = name
        self.ask = ask
    }

    /// Of an actor that does everything on one queue.
    package init(_ name: String, on executor: QueueExecutor) { self.init(name) { executor.run($0) } }
}
