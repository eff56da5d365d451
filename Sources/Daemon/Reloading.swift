import Chrono
import Delivery
import HTTPServer
import Hooks
import JSON
import Ledger
import Logging
import Metrics
import Posix
import Settings
import Systemd

extension Daemon {
    /// Reads the configuration again and takes it over.
    ///
    /// `author`: who asked for it, for the audit trail.
    ///
    /// - Returns: Why the old one stays, one problem a line; nil when the new one is in force.
    package func reload(by author: String) async -> String? {
        Notifier.reloading(monotonicMicroseconds: Int64(clock.steady().nanoseconds / 1_000))
        let problems = await takeOver()
        statusLine.note(refusal: problems != nil)
        Notifier.ready(await statusLine.look())
        let verdict = problems == nil ? "taken over" : "refused: the old one stays"
        ledger.note("configuration.reload", configuration, Signature(author: author, reason: verdict))
        return problems
    }

    private func takeOver() async -> String? {
        let problems: String
        switch SettingsLoader.load(path: configuration, secrets: secrets) {
        case .unreadable(let reason): problems = reason
        case .bad(let found): problems = found.map(\.description).joined(separator: "\n")
        case .loaded(let new, let warnings):
            for warning in warnings { log.warning("\(warning)", metadata: LogKind.configurationDoubt.about()) }
            do {
                try await adopt(new)
                log.notice("reloaded \(configuration)", metadata: LogKind.configurationTaken.about())
                instruments.reloads.add(1, "taken")
                return nil
            } catch {
                problems = "the ledger could not take over the new rules: \(error)"
            }
        }
        log.error("keeps the old configuration: \(problems)", metadata: LogKind.configurationRefused.about())
        instruments.reloads.add(1, "refused")
        return problems
    }

    private func adopt(_ new: Settings) async throws {
        if new.needsRestart(after: settings) {
            log.warning(
                "listen addresses, limits, state.directory and webhook.tls begin or end with the next restart",
                metadata: LogKind.configurationDoubt.about()
            )
        }
        let (wiring, hooks) = Blueprint.wire(new, client, memories)
        // What can fail comes first: a reload is taken over as a whole or not at all.
        let endpoints = try await Blueprint.endpoints(new, reader)
        try await ledger.adopt(policy: new.policy, planner: wiring.planner)
        settings = new
        switchboard.wiring = wiring
        switchboard.alertHooks = new.alertHooks
        switchboard.fallbacks = Blueprint.fallbacks(new)
        housekeeping?.adopt(retention: new.retention)
        webhookHandler.adopt(endpoints)
        if let tls = new.webhook.tls { certificate?.replace(with: tls) }
        desk.adopt(new.policy)
        adminHandler.adopt(AdminGuard(token: new.admin.token, names: new.admin.hosts))
        // Nothing may be delivered between the look at the ledger and the restoring: it would be undone by what was true
        // a moment before. What is committed meanwhile waits, and corrects what was restored.
        await dispatcher.finish(within: .seconds(3))
        do {
            let records = try await Blueprint.restrictedLines(reader, new.policy)
            for (hook, target) in hooks { _ = await target.restore(wiring.held(by: hook.name, of: records)) }
        } catch {
            log.error("hooks could not be brought up to date: \(error)", metadata: LogKind.hookBehind.about())
        }
        instruments.adopt(hooks: hooks.map(\.settings.name))
        await dispatcher.adopt(hooks)
        pauseProof.adopt(grace: new.linq?.pauseGrace ?? PauseProof.usualGrace)
        await look(new.linq)
    }
}
