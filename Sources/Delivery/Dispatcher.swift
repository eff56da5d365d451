package import Chrono
package import Hooks
package import Ledger
package import Posix

/// One lane for every hook of the configuration.
package actor Dispatcher {
    /// The longest a wait that an earlier run wrote down is believed: longer ones come from a clock that was wrong.
    private static let longestWait = 24

    private let ledger: Ledger
    private let time: DeliveryTime
    private let report: @Sendable (DeliveryReport) -> Void
    private var lanes: [String: Lane] = [:]

    package init(ledger: Ledger, clock: Clock, report: @escaping @Sendable (DeliveryReport) -> Void) {
        self.ledger = ledger
        time = DeliveryTime(clock: clock)
        self.report = report
    }

    /// Takes over the hooks of a configuration and starts what is due.
    ///
    /// Lanes of hooks that are replaced finish what is under way; a delivery that is under way at both at once is one
    /// the receiver can tell by its id.
    package func adopt(_ hooks: [(settings: HookSettings, hook: any Hook)]) async {
        for lane in lanes.values { await lane.stop() }
        try? await ledger.limitWaits(to: time.now + Span.hours(Self.longestWait))
        lanes = [:]
        let byName = Dictionary(hooks.map { ($0.settings.name, $0.hook) }) { $1 }
        for (settings, hook) in hooks {
            let detour = settings.fallback.flatMap { name in byName[name].map { Detour(fallback: name, hook: $0) } }
            let lane = Lane(
                LaneSettings(settings),
                hook: hook,
                state: try? await ledger.hookState(settings.name),
                ledger: ledger,
                time: time,
                detour: detour,
                report: report
            )
            lanes[settings.name] = lane
            Task { await lane.wake() }
        }
    }

    /// Tells hooks something at once and past the ledger, which cannot be written: a few attempts, and no more.
    package func tell(_ message: Message, _ hooks: [(name: String, hook: any Hook)], id: String) async {
        await withTaskGroup { group in
            for (name, hook) in hooks {
                let courier = Courier(name: name, hook: hook, time: time)
                group.addTask { await courier.deliver(message, id: id) }
            }
        }
    }

    /// Something may have become due for these hooks.
    package func wake(_ hooks: Set<String>) {
        for hook in hooks {
            if let lane = lanes[hook] { Task { await lane.wake() } }
        }
    }

    /// Whether each lane still gets round to its work; that the dispatcher does is told by the answer to this.
    package var pulses: [Pulse] { lanes.values.map(\.pulse) }

    /// Starts nothing more, and waits for what is under way, as far as it ends in time.
    package func finish(within span: Span) async {
        await withTaskGroup { group in
            for lane in lanes.values { group.addTask { await lane.finish(within: span) } }
        }
    }
}
