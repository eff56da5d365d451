/// Whether a line belongs to the account (Linq's events `phone_number.assigned` and `phone_number.released`).
///
/// An axis like the others, so that the newest word counts whatever the order of arrival; of two words of the same
/// moment the line's being there counts, because then what is known against it goes on counting.
package enum Membership: AxisValue {
    /// The line is the account's.
    case assigned
    /// The line has left the account.
    case released

    package init(_ text: String) { self = text == "released" ? .released : .assigned }

    package var badness: Int { self == .assigned ? 1 : 0 }

    package var description: String { self == .assigned ? "assigned" : "released" }
}

extension LineState {
    /// Whether the line has left the account and nothing has been heard of it since.
    ///
    /// A status or reputation of a later moment is told only of a line that is there.
    package var isReleased: Bool {
        guard let membership, membership.value == .released else { return false }
        let known = [status?.changedAt, reputation?.changedAt].compactMap { $0 }
        return known.allSatisfy { $0 <= membership.changedAt }
    }
}
