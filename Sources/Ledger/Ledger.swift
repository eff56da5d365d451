package import Chrono
package import Lines
import Metrics
package import Posix
import SQLite
import Synchronization

/// The daemon's memory: one SQLite database, written by this actor alone.
///
/// What arrives while a commit runs shares the next one (group commit): one `fdatasync` serves many requests. Replies
/// are given after the commit, never before.
package actor Ledger {
    /// Work that waits at the most; beyond it the answer is "try again later", not more memory.
    private static let capacity = 16_384
    /// Work in one transaction at the most, so that the first of a burst does not wait for all of it.
    private static let batchLimit = 512

    package nonisolated let instruments = Instruments()
    package nonisolated let path: String
    /// Whether the process that had it last did not close it: it was killed, or the machine went down.
    package nonisolated let wasLeftOpen: Bool
    /// The version from which it was brought to the one that is known; nil when it was made now, or was there already.
    package nonisolated let migratedFrom: Int?
    nonisolated let executor: QueueExecutor
    private nonisolated let inbox = Inbox<LedgerWork>()
    private nonisolated let questions = Inbox<@Sendable () -> Void>()
    private nonisolated let health = Mutex(LedgerHealth())
    let clock: Clock
    let connection: Connection
    let tools: LedgerTools
    let recorder: Recorder
    let settlingDelay: Span
    private let checkpointer: Checkpointer
    private let directoryLock: SharedDescriptor
    private(set) var policy: DecisionPolicy
    private(set) var planner: Planner
    private var observer: @Sendable (CommitReport) -> Void
    private var waiting: ArraySlice<LedgerWork> = []
    var willSettleLines = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the ledger in a directory, making both as far as they are missing.
    ///
    /// `planner`: says what to send because of a change; called inside the transaction that stores the change.
    ///
    /// `observer`: told after every commit, before the replies, what it changed.
    ///
    /// `settlingDelay`: how long rows of lines may stay behind their events while little comes in.
    ///
    /// - Throws: `LedgerError`.
    package init(
        directory: String,
        clock: Clock = .system,
        identifiers: IdentifierSource = IdentifierSource(),
        policy: DecisionPolicy,
        settlingDelay: Span = .milliseconds(500),
        planner: @escaping Planner,
        observer: @escaping @Sendable (CommitReport) -> Void
    ) throws(LedgerError) {
        self.settlingDelay = settlingDelay
        path = "\(directory)/linewarden.db"
        executor = QueueExecutor(label: "ledger")
        self.clock = clock
        self.policy = policy
        self.planner = planner
        self.observer = observer
        do {
            try File.makeDirectory(directory, mode: 0o750)
            directoryLock = try File.lock("\(directory)/lock")
            // SQLite would make it readable for everybody; it holds what Linq sent, and keys of hooks.
            try File.make(path, mode: 0o640)
        } catch {
            throw error.wouldBlock ? .locked(path: directory) : .directory(error)
        }
        // Closing empties the write-ahead log.
        wasLeftOpen = File.size("\(path)-wal") ?? 0 > 0
        do {
            connection = try Connection(path: path, mode: .readWrite, busyTimeout: 2_000)
            // Before the pragmas, one of which writes.
            let version = try Schema.knownVersion(connection, path: path)
            // Only before the first table is made can the file be told that it may shrink step by step later.
            try connection.execute(
                """
                PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY
                """
            )
            try Schema.migrate(connection, path: path)
            migratedFrom = version == 0 || version == LedgerFile.knownVersion ? nil : version
            // A step may have written all there is anew.
            if version != LedgerFile.knownVersion { _ = try connection.checkpoint(truncating: true) }
            tools = try LedgerTools(connection, identifiers)
            recorder = tools.recorder
            try recorder.lines.recall(policy)
            checkpointer = try Checkpointer(path: path, clock: clock, instruments)
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            throw error.isCorrupt ? .damaged(path: path, finding: error.message) : .storage(error)
        } catch {
            throw .damaged(path: path, finding: "\(error)")
        }
        connection.countLoggedPages()
    }

    /// Takes an event in.
    ///
    /// The reply comes from the ledger's queue when the event is on disk, or cannot be put there.
    package nonisolated func record(_ event: VerifiedEvent, reply: @escaping @Sendable (Receipt) -> Void) {
        if inbox.count >= Self.capacity { return reply(.failed(.overloaded)) }
        submit(.record(event, reply: reply))
    }

    /// Keeps a fact; replaces what was known under the key.
    ///
    /// Not waited for: facts can be learnt again.
    package nonisolated func remember(_ key: String, _ value: String) { submit(.remember(key: key, value: value)) }

    /// Bytes of the database and of its log of writes.
    package nonisolated var bytesOnDisk: Int { (File.size(path) ?? 0) + (File.size("\(path)-wal") ?? 0) }

    /// Whether commits go on, be it that they fail.
    ///
    /// Answered between two commits: while events stream in, the queue itself may never come to what is handed to it.
    package nonisolated var pulse: Pulse {
        Pulse("ledger") { [self] answer in
            if questions.push(answer) { executor.run { self.assumeIsolated { $0.answerQuestions() } } }
        }
    }

    private func answerQuestions() { questions.takeAll().forEach { $0() } }

    /// Why a commit failed, now or a moment ago; nil when what comes can be written.
    package nonisolated var failure: LedgerError? { health.withLock { $0.failure } }

    /// Takes over new rules, and settles what they change for lines that are not allowed, or were told otherwise.
    package func adopt(policy: DecisionPolicy, planner: @escaping Planner) throws {
        let old = (self.policy, self.planner)
        (self.policy, self.planner) = (policy, planner)
        do {
            // What is in memory was judged by the old ones.
            try transact { () throws(SQLiteError) in try recorder.lines.forget() }
            try replan()
        } catch {
            (self.policy, self.planner) = old
            throw error
        }
    }

    /// Compares what hooks were told with what they should know, for every line where that can differ.
    package func replan() throws {
        // A line that is allowed can only be decided anew when the policy has become another one.
        let lists = [policy.pause, policy.slow, policy.allow].map { $0.sorted().joined(separator: ",") }
        let fingerprint = lists.joined(separator: ";")
        let known = try tools.facts.value("policy")
        let scope =
            known == fingerprint
            ? "WHERE decision <> 'allowed' OR number IN (SELECT line FROM command)" : ""
        var report = CommitReport()
        try transact { () throws(SQLiteError) in
            let records = try connection.rows("SELECT \(LineStore.columns) FROM line \(scope)") { [policy] row in
                LineRecord(row, policy)
            }
            for record in records.compactMap({ $0 }) {
                try recorder.replan(recorder.lines.newest(record), policy, planner, at: clock.now(), &report)
                // It takes its time where there are many lines, but it gets on.
                answerQuestions()
            }
            try tools.facts.set("policy", fingerprint)
        }
        observer(report)
    }

    /// Commits what waits and closes the write-ahead log.
    ///
    /// Nothing may be handed in afterwards.
    package func close() async {
        commitPending()
        while recorder.lines.hasTail, (try? settleLines()) != nil {}
        await checkpointer.settle()
        _ = try? connection.checkpoint(truncating: true)
    }

    nonisolated func submit(_ work: LedgerWork) {
        if inbox.push(work) { executor.run { self.assumeIsolated { $0.commitPending() } } }
    }

    private func commitPending() {
        waiting += inbox.takeAll()
        while !waiting.isEmpty {
            let batch = waiting.prefix(Self.batchLimit)
            waiting = waiting.dropFirst(Self.batchLimit)
            commit(Array(batch))
            answerQuestions()
            waiting += inbox.takeAll()
        }
        waiting = []
    }

    private func commit(_ batch: [LedgerWork]) {
        let start = clock.steady()
        var report = CommitReport()
        var replies: [@Sendable () -> Void] = []
        do throws(SQLiteError) {
            try transact { () throws(SQLiteError) in
                for work in batch { replies.append(try perform(work, isAlone: batch.count == 1, &report)) }
                // Twice as many as may have been added, so that it comes to an end.
                if recorder.lines.isFarAhead { _ = try recorder.lines.settle(atMost: max(64, 2 * batch.count)) }
            }
        } catch {
            instruments.failures.add()
            // A fault of the disk is everybody's; a fault of one event must not take its neighbours with it.
            if batch.count > 1, !error.isDiskFault { return batch.forEach { commit([$0]) } }
            let failure = LedgerError.storage(error)
            // An event that breaks a rule of the schema says nothing about whether the next one can be stored.
            if error.isDiskFault { health.withLock { $0.fail(failure, at: clock.steady()) } }
            return batch.forEach { $0.refuse(failure) }
        }
        health.withLock { $0.succeed(at: clock.steady()) }
        instruments.batchSize.observe(Double(batch.count))
        instruments.commitSeconds.observe(clock.steady().since(start).seconds)
        observer(report)
        replies.forEach { $0() }
        if checkpointer.shouldFinish(loggedPages: connection.loggedPages) { _ = try? connection.checkpoint() }
        settleLinesSoon()
    }

    private func perform(
        _ work: LedgerWork,
        isAlone: Bool,
        _ report: inout CommitReport
    ) throws(SQLiteError) -> @Sendable () -> Void {
        switch work {
        case .record(let event, let reply):
            guard var recorded = try recorder.record(event, policy, planner, &report) else {
                return { reply(.duplicate) }
            }
            recorded.isAlone = isAlone
            return { [recorded] in reply(.stored(recorded)) }
        case .remember(let key, let value):
            try tools.facts.set(key, value)
            return {}
        case .task(let body, _):
            return try body(Context(tools: tools, policy: policy, plan: planner, now: clock.now()), &report)
        }
    }
}
