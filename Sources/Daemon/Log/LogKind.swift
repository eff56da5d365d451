package import Logging

/// What a log line is about, with a number for each that never changes: `journalctl MESSAGE_ID=…`, and alarms on it.
///
/// In the journal it is the field MESSAGE_ID; in JSON lines the member `kind`; people are spared it.
package enum LogKind: String, Sendable, CaseIterable {
    /// The member of a line's metadata that holds it.
    static let key = "kind"

    case listening, ready, stopping, stopped
    case cannotStart = "cannot_start"
    case configurationDoubt = "configuration_doubt"
    case configurationTaken = "configuration_taken"
    case configurationRefused = "configuration_refused"
    case lineDecided = "line_decided"
    case eventMissing = "event_missing"
    case eventDoubt = "event_doubt"
    case eventNotStored = "event_not_stored"
    case eventQuarantined = "event_quarantined"
    case requestRefused = "request_refused"
    case delivered
    case deliveryPostponed = "delivery_postponed"
    case deliveryGivenUp = "delivery_given_up"
    case hookBroken = "hook_broken"
    case hookHealed = "hook_healed"
    case hookBehind = "hook_behind"
    case ledgerDamaged = "ledger_damaged"
    case ledgerChecked = "ledger_checked"
    case ledgerFailed = "ledger_failed"
    case ledgerRecovered = "ledger_recovered"
    case historyRemoved = "history_removed"
    case serverExhausted = "server_exhausted"
    case serverLimited = "server_limited"
    case linqUnreachable = "linq_unreachable"
    case linqAnswers = "linq_answers"
    case linesLearnt = "lines_learnt"
    case lineLeft = "line_left"
    case lineDiffers = "line_differs"
    case linqNotice = "linq_notice"
    case subscriptionTrouble = "subscription_trouble"
    case subscriptionRepaired = "subscription_repaired"
    case auditComplete = "audit_complete"
    case auditFailed = "audit_failed"
    case auditPostponed = "audit_postponed"
    case pauseIneffective = "pause_ineffective"
    case partHangs = "part_hangs"
    case linesLost = "lines_lost"

    /// For a line's metadata, with what else it holds.
    package func about(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging([Self.key: "\(rawValue)"]) { old, _ in old }
    }

    /// A UUID without its dashes, as the journal wants it.
    package var messageID: String {
        switch self {
        case .listening: "80308e3cc978442db19a775dd8f01517"
        case .ready: "a99e46d1388b4d42a5c5672ffa05bb82"
        case .stopping: "50e80ca0980741f08609b56ee350d5c8"
        case .stopped: "066f5b073f97492a80800f53ad5697b6"
        case .cannotStart: "86a779e5dfc547d1b7dce8d058d2e183"
        case .configurationDoubt: "948b1f01d73347df8796bbdfd8e6aff3"
        case .configurationTaken: "a082343fa72f4ed6b4c253511489e428"
        case .configurationRefused: "9ff5a7c4eeea4614b7aad092ebc0683e"
        case .lineDecided: "d14a5d831a5147f495e1b0e20b1b5c06"
        case .eventMissing: "7d6b02172fa64bb196dd5ee80587aac1"
        case .eventDoubt: "c8ba90b269814be4be982293ef697a27"
        case .eventNotStored: "a76564c3b486443a809b23e46859ff79"
        case .eventQuarantined: "028ffba06b8b40999ec0d427bef706f2"
        case .requestRefused: "8557b2922b754547973737c0ccea4fdf"
        case .delivered: "ea0ede639dce41078c068c261d4438c6"
        case .deliveryPostponed: "d59d9f3008504386929506acf3bfc6a9"
        case .deliveryGivenUp: "ba9929d150d44128a8cff7d78fd1f7b3"
        case .hookBroken: "2cc17d7998844cd199d3a98faf1a3c03"
        case .hookHealed: "af0239cd53ba4036b6a10ba6ad04c16a"
        case .hookBehind: "3ffb504ee1e7479d9fb7c64c1c0c3fc5"
        case .ledgerDamaged: "3b6abfe935144c46bd0d16d0012eec06"
        case .ledgerChecked: "27f62ada750a43c8aa02ebf101f6b59b"
        case .ledgerFailed: "3f2bf2a5ce094926b88512baddaca32d"
        case .ledgerRecovered: "8fffec6af1004ef9891bff0ee809ffce"
        case .historyRemoved: "63b52acbfd684fecb310257de9caf369"
        case .serverExhausted: "a9d4c5147bd042c5ab4b0f4db3411cc9"
        case .serverLimited: "394d3320611346edbd017cd22b6d8d74"
        case .linqUnreachable: "1e35b9a9ecc94cea8c8d1ec84504261a"
        case .linqAnswers: "51e87a83b02b4a888b1f5eb188b1a4a4"
        case .linesLearnt: "47516964bfab4358a281643f4a01ad5a"
        case .lineLeft: "9f05b39af6b64a9db51c4527c35e3aa6"
        case .lineDiffers: "5bb1a08887964157885c9584ff0258e1"
        case .linqNotice: "592fdb2914754effa47dcf214a75ffba"
        case .subscriptionTrouble: "67a60beaa557463791fc4e40c70b77e2"
        case .subscriptionRepaired: "ba5fbea36617489693940087a86883e0"
        case .auditComplete: "122b8e1896844af7aa074fc53cd3fe46"
        case .auditFailed: "5d3a183475e44b14ac2aa72cdeaa8846"
        case .auditPostponed: "7097b4e51f634709ba096d8957470e70"
        case .pauseIneffective: "2b1156a997de4c929ab5c6013306d80f"
        case .partHangs: "bd87be2fc25a424d8aa24786b780d774"
        case .linesLost: "bab913cb5d4d47b88947bcabf74b4b50"
        }
    }
}
