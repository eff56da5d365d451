package import Chrono
package import Lines

/// The name a hook has in the configuration.
package typealias HookName = String

/// One entry of `routes`: on which values of which lines, which hooks do what.
package struct Rule: Sendable, Hashable {
    package let name: String
    /// Axis values, such as `FLAGGED`.
    package let on: Set<String>
    package let lines: [LinePattern]
    /// Hooks that are told to pause and to resume.
    package let pause: [HookName]
    /// Hooks that are told to slow down and to resume.
    package let slow: [HookName]
    /// Hooks that page people.
    package let page: [HookName]
    /// How often those hooks are told again while the incident lasts; nil: never.
    package let remindEvery: Span?

    package init(
        name: String,
        on: Set<String>,
        lines: [LinePattern] = [.all],
        pause: [HookName] = [],
        slow: [HookName] = [],
        page: [HookName] = [],
        remindEvery: Span? = nil
    ) {
        self.name = name
        self.on = on
        self.lines = lines
        self.pause = pause
        self.slow = slow
        self.page = page
        self.remindEvery = remindEvery
    }

    func matches(_ line: PhoneNumber, _ assessment: Assessment) -> Bool {
        assessment.causes.contains { on.contains($0.routedAs) || on.contains($0.value) }
            && lines.contains { $0.matches(line) }
    }
}
