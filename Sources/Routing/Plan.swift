package import Chrono
package import Lines

/// What a control hook is told about a line.
package enum Command: String, Sendable, Hashable, CaseIterable {
    case resume, slow, pause
}

/// What a message is about, as its `type` says it on the wire.
package enum MessageType: String, Sendable, Hashable, CaseIterable {
    case linePaused = "line.paused"
    case lineSlowed = "line.slowed"
    case lineResumed = "line.resumed"
    case incidentOpened = "incident.opened"
    case incidentUpdated = "incident.updated"
    case incidentResolved = "incident.resolved"
    case incidentReminder = "incident.reminder"
    case daemonAlert = "daemon.alert"
    case test = "test"

    init(_ command: Command) {
        switch command {
        case .pause: self = .linePaused
        case .slow: self = .lineSlowed
        case .resume: self = .lineResumed
        }
    }
}

/// One message for one hook that a change of a line calls for.
package struct PlannedMessage: Sendable, Hashable {
    /// Messages of one channel are ordered: per line on `control`, per incident on `page`.
    package enum Channel: String, Sendable, Hashable { case control, page, alert }

    package let hook: HookName
    package let channel: Channel
    package let type: MessageType
    /// On the control channel what the hook will have been told once this is delivered.
    package let command: Command?
}

/// The rules of the configuration, in its order.
package struct RoutingTable: Sendable, Hashable {
    package let rules: [Rule]

    package init(_ rules: [Rule]) { self.rules = rules }

    /// All hooks that are ever told to pause or to slow down, in the order of the rules.
    package var controlHooks: [HookName] { unique(rules.flatMap { $0.pause + $0.slow }) }

    /// What a control hook should be told about a line in this state, by all rules together: the strictest.
    package func command(for hook: HookName, line: PhoneNumber, _ assessment: Assessment) -> Command {
        let matching = rules.filter { $0.matches(line, assessment) }
        if assessment.decision == .paused, matching.contains(where: { $0.pause.contains(hook) }) { return .pause }
        // A hook that only knows how to slow down is slowed by a pause as well: better than nothing.
        if matching.contains(where: { $0.slow.contains(hook) }) { return .slow }
        return .resume
    }

    /// The hooks that page people about a line in this state.
    package func pagers(of line: PhoneNumber, _ assessment: Assessment) -> [HookName] {
        unique(rules.filter { $0.matches(line, assessment) }.flatMap(\.page))
    }

    /// What to send because of a change.
    ///
    /// It compares what each hook was last told with what it should know now, so a missed or repeated change, or a
    /// changed configuration, still ends with every hook knowing the truth.
    ///
    /// `commanded`: what each control hook was last told about the line; a hook that is missing was told nothing.
    ///
    /// `paged`: the hooks that have been told of the incident.
    ///
    /// `mirrors`: the control hooks that show why a line is paused, and hear of other reasons for the same decision.
    package func plan(
        _ change: LineChange,
        commanded: [HookName: Command],
        paged: [HookName],
        mirrors: Set<HookName> = []
    ) -> [PlannedMessage] {
        (change.step == .reminded ? [] : controls(change, commanded, mirrors)) + pages(change, paged)
    }

    /// How often a hook is to be told again about a line in this state: the shortest of all rules' times; nil: never.
    package func remindEvery(_ hook: HookName, line: PhoneNumber, _ assessment: Assessment) -> Span? {
        rules.filter { $0.page.contains(hook) && $0.matches(line, assessment) }.compactMap(\.remindEvery).min()
    }

    private func controls(
        _ change: LineChange,
        _ commanded: [HookName: Command],
        _ mirrors: Set<HookName>
    ) -> [PlannedMessage] {
        // A hook that has left the configuration's rules but still holds a line must be told to let it go.
        unique(controlHooks + commanded.keys.sorted()).compactMap { hook in
            let command = command(for: hook, line: change.line, change.assessment)
            if command == commanded[hook] ?? .resume {
                let hasNewReasons = change.assessmentBefore.reasons != change.assessment.reasons
                guard command != .resume, hasNewReasons, mirrors.contains(hook) else { return nil }
            }
            return PlannedMessage(hook: hook, channel: .control, type: MessageType(command), command: command)
        }
    }

    private func pages(_ change: LineChange, _ paged: [HookName]) -> [PlannedMessage] {
        func message(_ hook: HookName, _ type: MessageType) -> PlannedMessage {
            PlannedMessage(hook: hook, channel: .page, type: type, command: nil)
        }
        switch change.step {
        case nil: return []
        case .reminded:
            let concerned = pagers(of: change.line, change.assessment)
            return paged.filter { concerned.contains($0) }.map { message($0, .incidentReminder) }
        case .resolved: return paged.map { message($0, .incidentResolved) }
        case .opened, .updated:
            // Who was told of the opening hears of every update; who is newly concerned hears of the opening first.
            return unique(paged + pagers(of: change.line, change.assessment)).map { hook in
                message(hook, paged.contains(hook) ? .incidentUpdated : .incidentOpened)
            }
        }
    }

    private func unique(_ names: [HookName]) -> [HookName] {
        var seen: Set<HookName> = []
        return names.filter { seen.insert($0).inserted }
    }
}
