import Chrono
import TestSupport
import Testing

@testable import Lines

/// Deliveries are repeated and come in any order: whatever happens to them, the line ends in the same state.
@Suite struct MergePropertyTests {
    private static let statuses = ["ACTIVE", "FLAGGED", "SUSPENDED", "PAROLE", ""].map { Status($0) }
    private static let reputations = ["HEALTHY", "AT_RISK", "CRITICAL", "DIRE", "SUPERB"].map { Reputation($0) }

    /// Few moments and few values, so that ties are common.
    private func observation(_ line: PhoneNumber, _ generator: inout SeededGenerator) -> Observation {
        func claim<Value>(_ values: [Value], _ generator: inout SeededGenerator) -> Claim<Value>? {
            guard Int.random(in: 0..<4, using: &generator) > 0, let value = values.randomElement(using: &generator)
            else { return nil }
            return Claim(
                value,
                previous: Bool.random(using: &generator) ? values.randomElement(using: &generator) : nil
            )
        }
        return Observation(
            line: line,
            source: EvidenceSource.allCases.randomElement(using: &generator) ?? .webhook,
            changedAt: at(.random(in: 0..<4, using: &generator)),
            status: claim(Self.statuses, &generator),
            reputation: claim(Self.reputations, &generator),
            membership: claim([Membership.assigned, .released], &generator)
        )
    }

    private func observations(
        _ counts: ClosedRange<Int>,
        _ line: PhoneNumber,
        _ generator: inout SeededGenerator
    ) -> [Observation] {
        (0..<Int.random(in: counts, using: &generator)).map { _ in observation(line, &generator) }
    }

    @Test func everyOrderEndsInTheSameState() throws {
        var generator = SeededGenerator(state: 1)
        let line = try line()
        for _ in 0..<500 {
            let set = observations(0...5, line, &generator)
            let expected = LineState.after(set, of: line)
            for order in permutations(set) {
                let state = LineState.after(order, of: line)
                #expect(state == expected && state.fingerprint == expected.fingerprint, "\(order)")
            }
        }
    }

    @Test func longStreamsMayBeShuffled() throws {
        var generator = SeededGenerator(state: 2)
        let line = try line()
        for _ in 0..<2_000 {
            let set = observations(6...30, line, &generator)
            let expected = LineState.after(set, of: line)
            for _ in 0..<3 { #expect(LineState.after(set.shuffled(using: &generator), of: line) == expected) }
        }
    }

    @Test func repetitionChangesNothing() throws {
        var generator = SeededGenerator(state: 3)
        let line = try line()
        for _ in 0..<3_000 {
            let set = observations(1...8, line, &generator)
            var state = LineState.after(set, of: line)
            let expected = state
            for observation in set.shuffled(using: &generator) {
                let outcome = state.merge(observation)
                #expect(state == expected)
                #expect(outcome.status == (observation.status == nil ? .absent : .stale))
                #expect(outcome.reputation == (observation.reputation == nil ? .absent : .stale))
                #expect(outcome.membership == (observation.membership == nil ? .absent : .stale))
            }
            let doubled = (set + set).shuffled(using: &generator)
            #expect(LineState.after(doubled, of: line) == expected)
        }
    }

    /// Two halves of the evidence, each summed up by itself, give the same as all of it one by one.
    @Test func summariesMayBeMerged() throws {
        var generator = SeededGenerator(state: 4)
        let line = try line()
        for _ in 0..<3_000 {
            let (left, middle, right) = (
                observations(0...4, line, &generator), observations(0...4, line, &generator),
                observations(0...4, line, &generator)
            )
            let expected = LineState.after(left + middle + right, of: line)
            let (one, two, three) = (summary(left, line), summary(middle, line), summary(right, line))
            let pairFirst = summary(one + two, line) + three
            let pairLast = one + summary(two + three, line)
            #expect(LineState.after(pairFirst, of: line) == expected)
            #expect(LineState.after(pairLast, of: line) == expected)
            #expect(LineState.after(interleave(left + right, two, &generator), of: line) == expected)
        }
    }

    /// The state is the greatest claim of each axis, and nothing else.
    @Test func theGreatestClaimWins() throws {
        var generator = SeededGenerator(state: 5)
        let line = try line()
        for _ in 0..<3_000 {
            let set = observations(0...10, line, &generator)
            let state = LineState.after(set, of: line)
            let latest = set.filter { $0.status != nil }.map(\.changedAt).max()
            let worst = set.filter { $0.changedAt == latest }.compactMap(\.status?.value).max()
            #expect(state.status?.changedAt == latest)
            #expect(state.status?.value == worst)
        }
    }

    /// An axis never goes back in time, and a state never gets better at one moment.
    @Test func stepsGoOneWay() throws {
        var generator = SeededGenerator(state: 6)
        let line = try line()
        for _ in 0..<2_000 {
            var state = LineState(line)
            for observation in observations(1...12, line, &generator) {
                let before = state
                let outcome = state.merge(observation)
                #expect((before.status == state.status) == [.absent, .stale].contains(outcome.status))
                if let was = before.status, let now = state.status {
                    #expect(was.changedAt <= now.changedAt)
                    if was.changedAt == now.changedAt { #expect(was.value <= now.value) }
                    #expect((was.value != now.value) == (outcome.status == .changed))
                }
                for gap in outcome.gaps {
                    let known = [
                        "status": before.status?.changedAt, "reputation": before.reputation?.changedAt,
                        "membership": before.membership?.changedAt,
                    ]
                    #expect(try #require(known[gap] ?? nil) < observation.changedAt)
                }
            }
        }
    }

    private func summary(_ observations: [Observation], _ line: PhoneNumber) -> [Observation] {
        let state = LineState.after(observations, of: line)
        return [
            state.status.map {
                Observation(line: line, source: $0.source, changedAt: $0.changedAt, status: Claim($0.value))
            },
            state.reputation.map {
                Observation(line: line, source: $0.source, changedAt: $0.changedAt, reputation: Claim($0.value))
            },
            state.membership.map {
                Observation(line: line, source: $0.source, changedAt: $0.changedAt, membership: Claim($0.value))
            },
        ].compactMap { $0 }
    }

    private func interleave<Item>(_ left: [Item], _ right: [Item], _ generator: inout SeededGenerator) -> [Item] {
        var (left, right, mixed) = (left[...], right[...], [Item]())
        while !left.isEmpty || !right.isEmpty {
            let takesLeft = right.isEmpty || (!left.isEmpty && Bool.random(using: &generator))
            if let item = takesLeft ? left.popFirst() : right.popFirst() { mixed.append(item) }
        }
        return mixed
    }

    private func permutations<Item>(_ items: [Item]) -> [[Item]] {
        if items.isEmpty { return [[]] }
        return items.indices.flatMap { index in
            var rest = items
            let item = rest.remove(at: index)
            return permutations(rest).map { [item] + $0 }
        }
    }
}
