import JSON

/// Whether Linq still feeds us: what is wrong with the webhook subscription that leads here.
package struct SubscriptionCheck: Sendable {
    /// Something that keeps events from coming.
    package enum Finding: Sendable, Hashable {
        /// No subscription leads here.
        case missing
        /// It was switched off.
        case inactive
        /// It leads elsewhere.
        case moved(to: String)
        /// It does not send what everything depends on.
        case lacksEvents([String])
        /// Its filter keeps back events of these lines.
        case filtersLines([String])
    }

    /// The subscription that leads here, or did; nil: there is none, or nobody knows which it is.
    package let subscription: WebhookSubscription?
    package let findings: [Finding]
    /// Events that would be useful and do not come.
    package let missedEvents: [String]
    /// Others that lead here and are active: what two are for comes twice.
    package let others: [WebhookSubscription]
    /// Whether it could be told at all which subscription is ours.
    package let isCertain: Bool

    /// Judges the account's subscriptions.
    ///
    /// - Parameters:
    ///   - subscriptions: All of the account.
    ///   - url: Where ours should lead, its query apart; nil: nobody said.
    ///   - ids: Those that deliveries came by.
    ///   - lines: The account's lines.
    package init(_ subscriptions: [WebhookSubscription], url: String?, ids: Set<String>, lines: [String]) {
        let leadingHere = url.map { url in subscriptions.filter { Self.place($0.targetURL) == Self.place(url) } } ?? []
        let known = subscriptions.filter { ids.contains($0.id) }
        // Of several the one that works counts.
        let ours =
            leadingHere.first(where: \.isActive) ?? leadingHere.first ?? known.first(where: \.isActive) ?? known.first
        subscription = ours
        isCertain = url != nil || !ids.isEmpty
        others = (url == nil ? known : leadingHere).filter { $0.isActive && $0.id != ours?.id }
        guard let ours else {
            findings = isCertain ? [.missing] : []
            missedEvents = []
            return
        }
        var findings: [Finding] = []
        if url != nil, leadingHere.isEmpty { findings.append(.moved(to: Self.place(ours.targetURL))) }
        if !ours.isActive { findings.append(.inactive) }
        let events = Set(ours.subscribedEvents)
        if !events.contains(StatusUpdate.eventType) { findings.append(.lacksEvents([StatusUpdate.eventType])) }
        missedEvents = WebhookSubscription.neededEvents.filter { $0 != StatusUpdate.eventType && !events.contains($0) }
        let kept = Set(ours.phoneNumbers)
        let hidden = kept.isEmpty ? [] : lines.filter { !kept.contains($0) }
        if !hidden.isEmpty { findings.append(.filtersLines(hidden)) }
        self.findings = findings
    }

    /// What to change so that events come again; nil when nothing can be repaired.
    ///
    /// `url`: where it should lead.
    package func repair(url: String?) -> WebhookSubscription.Change? {
        guard let subscription, !findings.isEmpty else { return nil }
        var change = WebhookSubscription.Change()
        for finding in findings {
            switch finding {
            case .missing: break
            case .inactive: change.isActive = true
            case .moved: change.targetURL = url.map { WebhookSubscription.pinned($0) }
            case .lacksEvents(let events): change.subscribedEvents = subscription.subscribedEvents + events
            case .filtersLines(let lines): change.phoneNumbers = subscription.phoneNumbers + lines
            }
        }
        return change
    }

    /// A URL without its query and without a slash at its end, which Linq and people write or leave out.
    private static func place(_ url: String) -> String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        return String(bare.hasSuffix("/") ? bare.dropLast() : bare)
    }
}

extension SubscriptionCheck.Finding {
    /// A word for programs: `subscription_inactive`.
    package var kind: String {
        switch self {
        case .missing: "subscription_missing"
        case .inactive: "subscription_inactive"
        case .moved: "subscription_moved"
        case .lacksEvents: "subscription_events"
        case .filtersLines: "subscription_filter"
        }
    }

    /// What is wrong, as a sentence without its end.
    package var sentence: String {
        switch self {
        case .missing: "no webhook subscription of Linq's leads to linewarden"
        case .inactive: "the webhook subscription is switched off"
        case .moved(let place): "the webhook subscription leads to \(place), not here"
        case .lacksEvents(let events): "the webhook subscription does not send \(events.joined(separator: ", "))"
        case .filtersLines(let lines):
            "the webhook subscription keeps back events of \(lines.count == 1 ? "1 line" : "\(lines.count) lines"): "
                + lines.prefix(5).joined(separator: ", ") + (lines.count > 5 ? " and more" : "")
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .missing: "Make one: linewarden linq subscribe --url https://… --secret-file PATH."
        case .inactive:
            "Switch it on in Linq's dashboard, or set linq.keep_subscription_active. Until then nothing is heard."
        case .moved: "Point it here again, or correct linq.webhook_url if the move was meant."
        case .lacksEvents: "Add them to the subscription, or set linq.keep_subscription_active."
        case .filtersLines: "Take the filter away, or set linq.keep_subscription_active to have the lines added."
        }
    }
}

extension SubscriptionCheck {
    /// The words of all findings.
    package static let kinds = [
        Finding.missing, .inactive, .moved(to: ""), .lacksEvents([]), .filtersLines([]),
    ].map(\.kind)
}
