package import Chrono
package import Lines
import SQLite

/// A list of the account's lines, or a part of it.
package struct Listing: Sendable {
    package let lines: [ListedLine]
    /// When it was asked for.
    package let askedAt: Timestamp
    /// What Linq's support finds the answer by.
    package let traceID: String?

    package init(lines: [ListedLine], askedAt: Timestamp, traceID: String?) {
        self.lines = lines
        self.askedAt = askedAt
        self.traceID = traceID
    }
}

/// What a comparison with Linq's list changed.
package struct ReconcileReport: Sendable {
    /// A line whose reputation is not what the deliveries said.
    package struct Difference: Sendable, Hashable {
        package let line: PhoneNumber
        package let known: String
        package let listed: String
    }

    /// Lines that nothing had been heard of, or that had left.
    package var learnt: [PhoneNumber] = []
    package var differences: [Difference] = []
    /// Lines that have left the account.
    package var retired: [PhoneNumber] = []
    /// The newest event at the time: deliveries that come later stand behind it.
    package var place: Int64 = 0

    package init() {}

    /// Adds what another part of the list changed.
    package mutating func add(_ other: ReconcileReport) {
        learnt += other.learnt
        differences += other.differences
        retired += other.retired
        place = max(place, other.place)
    }
}

extension Ledger {
    /// Lines compared in one transaction: few, for acknowledgements wait for it.
    private static let slice = 200

    /// Compares what is known of lines with what Linq's list says, and takes over what the merge lets win.
    package nonisolated func reconcile(_ listing: Listing) async throws(LedgerError) -> ReconcileReport {
        var report = ReconcileReport()
        var rest = listing.lines[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.slice))
            rest = rest.dropFirst(Self.slice)
            report.add(
                try await write { context, commit throws(SQLiteError) in
                    try context.compare(part, listing, &commit)
                }
            )
        }
        return report
    }

    /// Lets lines go that Linq lists no more; those of which something newer is known stay.
    package nonisolated func retire(
        _ lines: [PhoneNumber],
        _ listing: Listing
    ) async throws(LedgerError)
        -> ReconcileReport
    {
        try await write { context, commit throws(SQLiteError) in
            var report = ReconcileReport()
            for line in lines {
                let evidence = Evidence(
                    type: "reconcile.released",
                    observation: Observation(
                        line: line,
                        source: .reconcile,
                        changedAt: listing.askedAt,
                        membership: Claim(.released)
                    ),
                    traceID: listing.traceID,
                    detail: "Linq lists the line no more"
                )
                let recorder = context.tools.recorder
                try recorder.lines.setListed(line, since: nil)
                let recorded = try recorder.learn(evidence, context.policy, context.plan, at: context.now, &commit)
                if recorded.change?.after.isReleased == true { report.retired.append(line) }
            }
            return report
        }
    }
}

extension Context {
    fileprivate func compare(
        _ lines: [ListedLine],
        _ listing: Listing,
        _ commit: inout CommitReport
    ) throws(SQLiteError) -> ReconcileReport {
        var report = ReconcileReport()
        let recorder = tools.recorder
        for listed in lines {
            let known = try recorder.lines.line(listed.line, policy)
            let before = known?.state ?? LineState(listed.line)
            let news = before.news(in: listed, askedAt: listing.askedAt, isKnown: known != nil)
            if let observation = news {
                let evidence = Evidence(
                    type: "reconcile.listed",
                    observation: observation,
                    traceID: listing.traceID,
                    detail: "Linq's list of lines said so"
                )
                let recorded = try recorder.learn(evidence, policy, plan, at: now, &commit)
                if known == nil || before.isReleased { report.learnt.append(listed.line) }
                if let old = before.reputation?.value, let new = recorded.change?.after.reputation?.value, old != new,
                    !before.isReleased
                {
                    report.differences.append(
                        .init(line: listed.line, known: old.description, listed: new.description)
                    )
                }
            }
            if known?.listedSince == nil { try recorder.lines.setListed(listed.line, since: listing.askedAt) }
        }
        report.place = try tools.connection.rows("SELECT max(seq) FROM event") { $0.integer(0) ?? 0 }.first ?? 0
        return report
    }
}

extension LedgerReader {
    /// The lines that Linq listed when it was asked last.
    package func listedLines() throws -> [PhoneNumber] {
        try connection.rows("SELECT number FROM line WHERE listed_since IS NOT NULL") {
            $0.text(0).flatMap { PhoneNumber($0) }
        }.compactMap { $0 }
    }

    /// Which of these lines webhooks have told of since a place in the order of arrival.
    package func heardOf(_ lines: Set<PhoneNumber>, since place: Int64) throws -> Set<PhoneNumber> {
        let heard = try connection.rows(
            "SELECT DISTINCT line FROM event WHERE seq > ? AND source = 'webhook' AND line IS NOT NULL",
            .integer(place)
        ) { $0.text(0).flatMap { PhoneNumber($0) } }
        return lines.intersection(heard.compactMap { $0 })
    }
}
