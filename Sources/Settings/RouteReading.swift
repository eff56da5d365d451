import Chrono
import Hooks
import JSON
import Lines
import Routing

/// The hooks that other parts of the file may refer to.
struct KnownHooks {
    /// All names under `hooks`, those of entries with problems too: one mistake should not be reported twice.
    let names: Set<HookName>
    let settings: [HookSettings]

    /// Finds fallbacks that are not there, cannot page, or lead back to where they began.
    func checkFallbacks(_ hooks: ObjectReader) {
        for hook in settings {
            guard let fallback = hook.fallback,
                let reader = hooks.optional(hook.name)?.object()?.optional("fallback")
            else { continue }
            guard names.contains(fallback) else {
                reader.fail("there is no hook \"\(fallback)\"")
                continue
            }
            if let target = settings.first(where: { $0.name == fallback }), !target.roles.contains(.page) {
                reader.fail("\"\(fallback)\" is a \(target.type) hook, which cannot page people")
                continue
            }
            guard hook.roles.contains(.page) else {
                reader.fail("only pages take another way, and this hook does not page")
                continue
            }
            var seen: Set<HookName> = [hook.name]
            var next: HookName? = fallback
            while let name = next, seen.insert(name).inserted {
                next = settings.first { $0.name == name }?.fallback
            }
            if let next { reader.fail("leads round in a circle, back to \"\(next)\"") }
        }
    }

    /// Reads a list of hook names, each of which must exist and be able to do what it is wanted for.
    func read(_ object: ObjectReader, _ key: String, for role: HookRole) -> [HookName] {
        guard let reader = object.optional(key), let items = reader.array() else { return [] }
        return items.compactMap { item in
            guard let name = item.string() else { return nil }
            guard names.contains(name) else {
                let all = names.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
                item.fail(
                    "there is no hook \"\(name)\"" + (names.isEmpty ? ", nor any other" : "; known: \(all)")
                )
                return nil
            }
            if let hook = settings.first(where: { $0.name == name }), !hook.roles.contains(role) {
                let able = settings.filter { $0.roles.contains(role) }.map { "\"\($0.name)\"" }.joined(separator: ", ")
                item.fail(
                    "\"\(name)\" is a \(hook.type) hook, which cannot \(role == .control ? "pause or slow senders" : "page people")"
                        + (able.isEmpty ? "" : "; \(able) can")
                )
                return nil
            }
            return name
        }
    }
}

/// Reads `routes`.
struct RouteReading {
    let hooks: KnownHooks
    let policy: DecisionPolicy

    func read(_ root: ObjectReader) -> [Rule] {
        let reader = root.optional("routes")
        guard let items = reader == nil ? [] : reader?.array() else { return [] }
        if items.isEmpty {
            root.warn(
                reader == nil ? nil : "routes",
                "no routes: events are stored, but nothing is paused and nobody is paged"
            )
        }
        var rules: [Rule] = []
        for item in items {
            guard let object = item.object() else { continue }
            let rule = rule(object, position: rules.count)
            if rules.contains(where: { $0.name == rule.name }) { object.fail("name", "is the name of another route") }
            rules.append(rule)
            checkRivals(rule, rules, object)
        }
        let unpaused = policy.pause.subtracting(rules.filter { !$0.pause.isEmpty }.flatMap(\.on)).sorted()
        if !rules.isEmpty, !unpaused.isEmpty {
            root.warn("routes", "no route pauses anything on \(unpaused.joined(separator: " or "))")
        }
        return rules
    }

    /// Finds two hooks for one line of a kind that bears no other beside it.
    private func checkRivals(_ rule: Rule, _ rules: [Rule], _ object: ObjectReader) {
        let alone = hooks.settings.filter(\.isAlone)
        let commanded = rule.pause + rule.slow
        for hook in alone where commanded.contains(hook.name) {
            let rival = rules.first { other in
                other.lines.contains { line in rule.lines.contains { $0.overlaps(line) } }
                    && alone.contains { rival in
                        rival.name != hook.name && rival.type == hook.type
                            && (other.pause + other.slow).contains(rival.name)
                    }
            }
            guard let rival else { continue }
            let place = rival.name == rule.name ? "this route" : "the route \"\(rival.name)\""
            object.fail(
                rule.pause.contains(hook.name) ? "pause" : "slow",
                "\"\(hook.name)\" is not the only \(hook.type) hook for some lines: \(place) has another, and they would "
                    + "undo each other's work; use one, or other lines"
            )
            return
        }
    }

    private func rule(_ object: ObjectReader, position: Int) -> Rule {
        let name = object.string("name", default: "route \(position + 1)")
        let values = Set(object.required("on") == nil ? [] : object.strings("on") ?? [])
        let pause = hooks.read(object, "pause", for: .control)
        let slow = hooks.read(object, "slow", for: .control)
        let page = hooks.read(object, "page", for: .page)
        check(values, object, pause: pause, slow: slow)
        let isIdle = ["pause", "slow", "page"].allSatisfy { key in
            object.optional(key).map { $0.value.array?.isEmpty == true } ?? true
        }
        if isIdle {
            object.warn(nil, "does nothing: it names no hook under pause, slow or page")
        }
        let reminder = object.optional("remind_every")
        if let reminder, page.isEmpty { reminder.warn("has no effect: the route pages nobody") }
        return Rule(
            name: name,
            on: values,
            lines: patterns(object),
            pause: pause,
            slow: slow,
            page: page,
            remindEvery: reminder?.span(in: .seconds(1) ... .days(30))
        )
    }

    private func check(_ values: Set<String>, _ object: ObjectReader, pause: [HookName], slow: [HookName]) {
        if let reader = object.optional("on"), reader.value.array?.isEmpty == true {
            reader.fail("is empty; write the values this route is for, such as \"FLAGGED\"")
        }
        for value in values.sorted() where policy.allow.contains(value) {
            object.fail("on", "\(value) never opens an incident, so this route would never act on it")
        }
        let known = policy.pause.union(policy.slow).union(policy.allow).union(["FLAGGED", "CRITICAL", "AT_RISK"])
        for value in values.subtracting(known).sorted() {
            // Linq may send it one day, so it is no error.
            let others = known.subtracting(policy.allow).sorted().joined(separator: ", ")
            object.warn("on", "\"\(value)\" is no value that Linq is known to send; known are \(others)")
        }
        // A route that is meant to pause, but never will, is the kind of mistake that burns a line.
        if !pause.isEmpty, !values.isEmpty, values.isSubset(of: policy.slow) {
            let list = values.sorted().joined(separator: " and ")
            object.fail(
                "pause",
                "\(list) slows a line and never pauses it; use \"slow\", or put it into decisions.pause"
            )
        }
    }

    private func patterns(_ object: ObjectReader) -> [LinePattern] {
        guard let reader = object.optional("lines"), let items = reader.array() else { return [.all] }
        if items.isEmpty { reader.fail("is empty; leave it out for all lines") }
        return items.compactMap { item in
            guard let text = item.string() else { return nil }
            let pattern = LinePattern(text)
            if pattern == nil { item.fail("\"\(text)\" is neither an E.164 number nor a prefix such as \"+1202*\"") }
            return pattern
        }
    }
}
