package import Hooks
package import Ledger
import Lines
package import Routing

/// The rules and the hooks they name, together: from a change of a line to messages ready to be stored.
package struct Wiring: Sendable {
    package let routing: RoutingTable
    package let hooks: [HookName: any Hook]

    package init(routing: RoutingTable, hooks: [HookName: any Hook]) {
        self.routing = routing
        self.hooks = hooks
    }

    /// What the ledger calls inside the transaction that stores a change.
    ///
    /// Pure: it decides and renders, nothing else.
    package var planner: Planner {
        let mirrors = Set(hooks.filter { $0.value.showsReasons }.keys)
        return { change, commanded, paged in
            let commands = commanded.compactMapValues { Command(rawValue: $0) }
            return routing.plan(change, commanded: commands, paged: paged, mirrors: mirrors)
                .compactMap { draft($0, change) }
        }
    }

    /// The lines a control hook should be pausing, rendered for `Hook.restore`.
    package func held(by hook: HookName, of records: [LineRecord]) -> [HeldLine] {
        guard let target = hooks[hook] else { return [] }
        return records.compactMap { record in
            let line = record.state.line
            guard routing.command(for: hook, line: line, record.assessment) == .pause else { return nil }
            let change = LineChange(
                before: record.state,
                after: record.state,
                assessmentBefore: record.assessment,
                assessment: record.assessment,
                at: record.decisionSince,
                decisionSince: record.decisionSince,
                observation: nil,
                event: nil,
                incident: nil,
                step: nil
            )
            return HeldLine(line: line, payload: target.render(Message(type: "line.paused", about: change)))
        }
    }

    /// A message about the daemon itself, for a hook that pages.
    package func alert(_ alert: Message, for hook: HookName) -> DeliveryDraft? {
        hooks[hook].map { target in
            DeliveryDraft(
                hook: hook,
                channel: .alert,
                type: alert.type,
                orderingKey: "alert",
                line: nil,
                incident: nil,
                event: nil,
                command: nil,
                payload: target.render(alert),
                message: alert.stored
            )
        }
    }

    private func draft(_ planned: PlannedMessage, _ change: LineChange) -> DeliveryDraft? {
        // A hook that has left the configuration cannot be told anything; what it was last told stays on record.
        guard let hook = hooks[planned.hook] else { return nil }
        let isControl = planned.channel == .control
        let message = Message(type: planned.type.rawValue, about: change)
        return DeliveryDraft(
            hook: planned.hook,
            channel: isControl ? .control : .page,
            type: planned.type.rawValue,
            orderingKey: isControl ? "line/\(change.line)" : "incident/\(change.incident?.id ?? "")",
            line: change.line,
            incident: change.incident?.id,
            event: change.event?.id,
            command: planned.command?.rawValue,
            payload: hook.render(message),
            message: isControl ? nil : message.stored,
            severity: change.assessment.severity,
            remindEvery: isControl
                ? nil : routing.remindEvery(planned.hook, line: change.line, change.assessment)
        )
    }
}
