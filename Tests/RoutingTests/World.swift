import Lines
import Testing

@testable import Routing

/// A line with its incident, and all that its hooks were told: what the ledger keeps, without the ledger.
struct World {
    var table: RoutingTable
    private(set) var told: [HookName: Command] = [:]
    /// Who was told of the open incident; empty while none is open.
    private(set) var paged: [HookName] = []
    private(set) var incident: Incident?
    private var number: String

    init(table: RoutingTable, number: String = "+12025551234") {
        self.table = table
        self.number = number
    }

    /// Takes a new state in, applies the messages that it calls for, and answers them.
    mutating func become(_ status: String, _ reputation: String, isHeld: Bool = false) throws -> [String] {
        let after = try state(status, reputation, isHeld: isHeld, of: number)
        let step = after.assess(.standard).step(from: incident)
        let change = change(to: after, step: step)
        let messages = table.plan(change, commanded: told, paged: paged)
        for message in messages { apply(message) }
        incident = change.assessment.decision == .allowed ? nil : change.incident
        if step == .resolved { paged = [] }
        return messages.map(\.text)
    }

    private mutating func apply(_ message: PlannedMessage) {
        switch message.type {
        case .linePaused, .lineSlowed, .lineResumed: told[message.hook] = message.command
        case .incidentOpened: paged.append(message.hook)
        case .incidentUpdated, .incidentResolved, .incidentReminder, .daemonAlert, .test: break
        }
    }
}
