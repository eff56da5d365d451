package import Chrono
package import Crypto
package import JSON

/// What a hook can be asked for.
package enum HookRole: String, Sendable, Hashable, CaseIterable {
    /// It pauses, slows and resumes senders.
    case control
    /// It tells people.
    case page
}

/// One kind of hook as the configuration describes it.
///
/// Each kind has a folder; nothing central knows its keys.
package protocol HookConfiguration: Sendable {
    /// The word for `type`.
    static var type: String { get }
    /// What this kind can be used for.
    static var roles: Set<HookRole> { get }
    /// Reads the keys of this kind, reporting every problem; nil when it cannot be used.
    static func read(_ object: ObjectReader, _ secrets: SecretSource) -> Self?
    /// What it does, in a few words without secrets, for `check`: `POST https://ops.example.com`.
    var summary: String { get }
    /// The time from one message to the next that the receiver asks of everybody; nil: none.
    static var pace: Span? { get }
    /// Whether it asks Linq's API, for which there must be a section `linq`.
    static var asksLinq: Bool { get }
    /// Whether two of this kind would undo each other's work on one line.
    static var isAlone: Bool { get }
    /// Makes the hook.
    func make(name: String, timeout: Span, _ context: HookContext) -> any Hook
}

extension HookConfiguration {
    package static var pace: Span? { nil }
    package static var asksLinq: Bool { false }
    package static var isAlone: Bool { false }
}

/// When to try again.
package struct RetryPolicy: Sendable, Hashable {
    /// The wait after the first failure; it doubles with every further one.
    package var first = Span.seconds(1)
    /// The longest wait.
    package var max = Span.minutes(5)
    /// How often a hook is tried that takes nothing until an operator acts: servers lock out who tries too often.
    package var broken = Span.minutes(5)
    /// Age at which a delivery that still fails is given up.
    package var giveUpAfter = Span.hours(24)

    package init() {}

    /// How long to wait after some failed attempts: exponential, between half and all of the step, so that many
    /// deliveries that failed together do not come back together.
    ///
    /// `failures`: failed attempts so far, at least 1.
    ///
    /// `random`: from 0 to 1.
    package func delay(failures: Int, random: Double) -> Span {
        let doublings = min(Swift.max(failures, 1) - 1, 40)
        let step = min(max.seconds, first.seconds * Double(UInt64(1) << UInt64(doublings)))
        return .seconds(step * (0.5 + random / 2))
    }
}

/// A hook of the configuration: the keys all kinds have, and those of its kind.
package struct HookSettings: Sendable {
    package let name: String
    package let timeout: Span
    package let retry: RetryPolicy
    /// How long pages gather before they go out, together where there are several.
    package let groupWait: Span
    /// The time from one message to the next at the least; nil: none.
    package let pace: Span?
    /// The hook that is told what this one does not take; nil: none.
    package let fallback: String?
    /// Age at which a page that is still not delivered is told by the fallback too.
    package let fallbackAfter: Span
    package let kind: any HookConfiguration

    /// All kinds, in the order in which they are listed to people.
    private static let kinds: [any HookConfiguration.Type] = [
        HTTPHookConfiguration.self, SlackConfiguration.self, PagerDutyConfiguration.self, EmailConfiguration.self,
        GateFilesConfiguration.self, LinqForwardingConfiguration.self, CommandConfiguration.self,
    ]

    /// What the hook can be used for.
    package var roles: Set<HookRole> { Swift.type(of: kind).roles }

    /// Whether it asks Linq's API, for which there must be a section `linq`.
    package var asksLinq: Bool { Swift.type(of: kind).asksLinq }

    /// Whether two of its kind would undo each other's work on one line.
    package var isAlone: Bool { Swift.type(of: kind).isAlone }

    /// The kind's word for `type`.
    package var type: String { Swift.type(of: kind).type }

    /// Reads one entry of `hooks`.
    package static func read(name: String, _ object: ObjectReader, _ secrets: SecretSource) -> HookSettings? {
        let timeout = object.span("timeout", in: .milliseconds(1) ... .minutes(5), default: .seconds(15))
        var retry = RetryPolicy()
        retry.giveUpAfter = object.span("give_up_after", in: .seconds(1) ... .days(365), default: retry.giveUpAfter)
        if let policy = object.optional("retry")?.object() {
            retry.first = policy.span("first", in: .milliseconds(1) ... .hours(1), default: retry.first)
            retry.max = policy.span("max", in: retry.first ... .days(1), default: Swift.max(retry.first, retry.max))
            retry.broken = policy.span("broken", in: .milliseconds(10) ... .days(1), default: retry.broken)
        }
        let groupWait = object.span("group_wait", in: .zero ... .minutes(5), default: .seconds(5))
        let fallback = object.optional("fallback")?.string()
        let fallbackAfter = object.span("fallback_after", in: .seconds(1) ... .days(1), default: .minutes(5))
        let pace = object.optional("rate").flatMap { Self.pace($0) }
        guard let typeReader = object.required("type"), let word = typeReader.string() else {
            object.ignoreRest()
            return nil
        }
        guard let kind = kinds.first(where: { $0.type == word }) else {
            let known = kinds.map { "\"\($0.type)\"" }.joined(separator: ", ")
            typeReader.fail("there is no hook type \"\(word)\"; there are \(known)")
            object.ignoreRest()
            return nil
        }
        guard let read = kind.read(object, secrets) else { return nil }
        return HookSettings(
            name: name,
            timeout: timeout,
            retry: retry,
            groupWait: groupWait,
            pace: pace ?? Swift.type(of: read).pace,
            fallback: fallback,
            fallbackAfter: fallbackAfter,
            kind: read
        )
    }

    /// Reads `"1/s"`, `"30/m"` or `"100/h"` as the time from one message to the next.
    private static func pace(_ reader: ValueReader) -> Span? {
        guard let text = reader.string() else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let units: [Substring: Span] = ["s": .seconds(1), "m": .minutes(1), "h": .hours(1)]
        guard parts.count == 2, let count = Int64(parts[0]), (1...1_000_000).contains(count), let unit = units[parts[1]]
        else {
            reader.fail("is no rate; write messages per second, minute or hour, such as \"1/s\" or \"30/m\"")
            return nil
        }
        return Span(microseconds: max(1, unit.microseconds / count))
    }

    /// Makes the hook.
    package func make(_ context: HookContext) -> any Hook { kind.make(name: name, timeout: timeout, context) }
}
