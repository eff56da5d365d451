import JSON

/// Where calls to a line went before, and where this hook has sent them: what is remembered while a line is paused.
struct KeptForwarding: Sendable, Hashable {
    /// The number before; nil: calls went nowhere.
    let old: String?
    /// The numbers that were put there since: more than one when the configuration has changed meanwhile.
    ///
    /// A number is among them before it is asked for, so that after a crash it is not taken for somebody else's.
    var ours: [String]

    init(old: String?, ours: [String]) {
        self.old = old
        self.ours = ours
    }

    /// Reads what `text` wrote; nil for anything else.
    init?(_ text: String) {
        guard let json = try? JSON.parse(Array(text.utf8)), let old = json["old"], old.isNull || old.string != nil,
            let ours = json["ours"]?.array?.compactMap(\.string), !ours.isEmpty
        else { return nil }
        self.init(old: old.string, ours: ours)
    }

    var text: String {
        JSON.object([("old", old.map(JSON.string) ?? .null), ("ours", .array(ours.map(JSON.string)))]).text()
    }
}

/// What is to be done about a line's forwarding.
enum ForwardingStep: Sendable, Hashable {
    /// It is as it should be.
    case leave
    /// Somebody else has changed it: it stays as they want it.
    case yield
    /// Calls are sent there, or with nil nowhere, once what is said here is remembered.
    case put(String?, KeptForwarding)
}

extension ForwardingStep {
    /// What a pause calls for.
    ///
    /// `kept`: what is remembered; nil: nothing.
    ///
    /// `current`: where calls go.
    static func pausing(_ kept: KeptForwarding?, current: String?, to number: String) -> ForwardingStep {
        guard var kept else { return .put(number, KeptForwarding(old: current, ours: [number])) }
        guard current == kept.old || kept.ours.contains(where: { $0 == current }) else { return .yield }
        if current == number, kept.ours.contains(number) { return .leave }
        if !kept.ours.contains(number) { kept.ours.append(number) }
        return .put(number, kept)
    }

    /// What the end of a pause calls for; afterwards nothing is to be remembered.
    static func resuming(_ kept: KeptForwarding?, current: String?) -> ForwardingStep {
        guard let kept, current != kept.old else { return .leave }
        return kept.ours.contains(where: { $0 == current }) ? .put(kept.old, kept) : .yield
    }
}
