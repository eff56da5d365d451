import JSON
import Posix

/// What a run measured.
struct Outcome {
    var latencies = Latencies()
    /// Good answers within the window, and its length in seconds.
    var answers = 0
    var seconds = 0.0
    /// By what went wrong: a status, `no answer`, `another body`, `not sent`.
    var errors: [String: Int] = [:]
    var reconnects = 0
    var ranOut = false
    var before: Subject?
    var after: Subject?
    /// Seconds of processor time that the load itself took.
    var ownCPU = 0.0
    /// Answers by the millisecond they were intended for: what else happened then can be laid beside it.
    private(set) var samples: [(intended: UInt64, latency: UInt64)] = []

    init(_ driver: Driver) {
        seconds = Double(driver.windowEnd - min(driver.windowStart, driver.windowEnd)) / 1e9
        reconnects = driver.reconnects
        ranOut = driver.ranOut
        let now = steadyNanoseconds()
        for index in 0..<driver.records.count {
            let record = driver.records[index]
            let isGood = record.answered > 0 && (200..<300).contains(record.status) && record.isExpected
            if isGood, (driver.windowStart...driver.windowEnd).contains(record.answered) { answers += 1 }
            guard record.intended >= driver.windowStart, record.intended < driver.windowEnd else { continue }
            if record.answered == 0 {
                errors["no answer", default: 0] += 1
                // It has waited so long at the least.
                latencies.add(now - record.intended)
            } else if !(200..<300).contains(record.status) {
                errors["\(record.status)", default: 0] += 1
            } else if !record.isExpected {
                errors["another body", default: 0] += 1
            } else {
                latencies.add(record.latency)
                samples.append((record.intended, record.latency))
            }
        }
        if driver.unsent > 0 { errors["not sent"] = driver.unsent }
    }

    var rate: Double { seconds > 0 ? Double(answers) / seconds : 0 }

    private var perAnswer: (cpu: Double, written: Double)? {
        guard let before, let after, answers > 0 else { return nil }
        let count = Double(answers)
        return ((after.cpu - before.cpu) / count * 1e6, Double(after.written - before.written) / count)
    }

    var json: JSON {
        let used: [(String, JSON?)] = [
            ("cpu_us", perAnswer.map { .number($0.cpu) }), ("written_bytes", perAnswer.map { .number($0.written) }),
            ("written_total", both { Double($1.written - $0.written) }),
            ("resident_bytes", both { Double($1.residentBytes) }),
        ]
        return .object(
            [
                ("answers", .number(Double(answers))), ("seconds", .number(seconds)), ("rate", .number(rate)),
                ("latency_ms", latencies.json),
                ("errors", .object(errors.sorted { $0.key < $1.key }.map { ($0.key, .number(Double($0.value))) })),
                ("reconnects", .number(Double(reconnects))), ("ran_out", .bool(ranOut)),
                ("client_cpu_us", .number(answers > 0 ? ownCPU / Double(answers) * 1e6 : 0)),
            ] + used
        )
    }

    private func both(_ body: (Subject, Subject) -> Double) -> JSON? {
        guard let before, let after else { return nil }
        return .number(body(before, after))
    }

    var text: String {
        var parts = ["\(Int(rate))/s", latencies.text]
        if let after { parts.append("resident \(rounded(Double(after.residentBytes) / 1_048_576)) MB") }
        if let perAnswer {
            parts.append("CPU \(rounded(perAnswer.cpu)) µs and \(Int(perAnswer.written)) bytes written a request")
        }
        parts.append("load's own CPU \(answers > 0 ? rounded(ownCPU / Double(answers) * 1e6) : "0") µs")
        if !errors.isEmpty {
            parts.append(
                "ERRORS " + errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            )
        }
        if ranOut { parts.append("ended after \(rounded(seconds)) s: nothing was left to send") }
        return parts.joined(separator: "  ")
    }
}

extension Driver {
    /// Runs to the end, and tells what that took of a process too.
    ///
    /// `foreign`, `isDone`: as `run` takes them.
    func measure(
        _ process: Int32?,
        foreign: (UInt64) -> Void = { _ in },
        isDone: () -> Bool = { true }
    ) throws -> Outcome {
        var (before, after): (Subject?, Subject?)
        var (cpuBefore, cpuAfter) = (0.0, 0.0)
        try run(
            opening: {
                before = process.flatMap { Subject($0) }
                cpuBefore = Process.cpuSeconds
            },
            closing: {
                cpuAfter = Process.cpuSeconds
                after = process.flatMap { Subject($0) }
            },
            foreign: foreign,
            isDone: isDone
        )
        var outcome = Outcome(self)
        (outcome.before, outcome.after, outcome.ownCPU) = (before, after, cpuAfter - cpuBefore)
        return outcome
    }
}
