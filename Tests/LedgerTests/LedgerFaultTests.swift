import Chrono
import Glibc
import Lines
import Metrics
import Posix
import SQLite
import TestSupport
import Testing

@testable import Ledger

@Suite(.timeLimit(.minutes(5))) struct LedgerFaultTests {
    @Test("While another process locks the file nothing is acknowledged; afterwards all is well")
    func busy() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        let event = VerifiedEvent.status("e1", try line(), status: "ACTIVE")
        do {
            let other = try Connection(path: bench.path, mode: .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            let failure = try #require(await ledger.record(event).failure)
            #expect("\(failure)".hasPrefix("another process locks the ledger: end it ("))
            #expect(ledger.failure != nil)
            #expect(ledger.instruments.failures.total == 1)
            try other.execute("ROLLBACK")
        }
        #expect(await ledger.record(event).recorded?.state == .applied)
        await ledger.settleDown()
        #expect(ledger.failure != nil, "one success may be luck")
        bench.clock.advance(LedgerHealth.quiet)
        #expect(await ledger.record(event).recorded == nil)
        await ledger.settleDown()
        #expect(ledger.failure == nil)
    }

    @Test("A settlement that cannot be written is told, and can be tried again")
    func settlement() async throws {
        let bench = try Bench()
        let ledger = try bench.open()
        ledger.enqueue([.page("ops", nil, "daemon.alert")])
        let delivery = try #require(try await ledger.due("ops", .alert, at: FakeClock.start, limit: 1).first)
        do {
            let other = try Connection(path: bench.path, mode: .readWrite)
            try other.execute("BEGIN IMMEDIATE")
            #expect(await ledger.settle(delivery, .delivered) != nil)
            try other.execute("ROLLBACK")
        }
        #expect(await ledger.settle(delivery, .delivered) == nil)
        #expect(
            try bench.rows("SELECT state, attempts FROM delivery") { [$0.text(0), $0.text(1)] } == [["delivered", "1"]]
        )
    }

    // `limited` below covers much of the same ground for those who may not mount.
    @Test(
        "A full disk refuses what comes, loses nothing that was acknowledged, and is recovered from",
        .enabled(if: SmallDisk.isAvailable, "no file system may be mounted here")
    )
    func full() async throws {
        let small = try SmallDisk()
        let clock = FakeClock()
        let ledger = try Ledger(
            directory: "\(small.path)/state",
            clock: clock.clock,
            policy: .standard,
            planner: plannerOfTwoHooks,
            observer: { _ in }
        )
        let number = try line()
        #expect(await ledger.record(.status("e0", number, status: "FLAGGED")).recorded != nil)
        try small.fill()
        var acknowledged = ["e0"]
        var failure: LedgerError?
        for index in 1...2_000 where failure == nil {
            let receipt = await ledger.record(.status("e\(index)", number, status: "FLAGGED", at: index))
            if receipt.recorded == nil { failure = receipt.failure } else { acknowledged.append("e\(index)") }
        }
        let words = try #require(failure.map(String.init(describing:)))
        #expect(words.hasPrefix("the disk is full") || words.hasPrefix("the ledger cannot be written"))
        #expect(ledger.failure != nil)
        small.makeRoom()
        clock.advance(LedgerHealth.quiet)
        #expect(await ledger.record(.status("last", number, status: "ACTIVE", at: 9_000)).recorded?.state == .applied)
        await ledger.settleDown()
        #expect(ledger.failure == nil)
        let reader = try Connection(path: ledger.path, mode: .readOnly)
        #expect(try reader.rows("SELECT id FROM event ORDER BY seq") { $0.text(0) ?? "" } == acknowledged + ["last"])
        await ledger.close()
    }

    @Test("A file that may not grow refuses what comes, and is recovered from when it may")
    func limited() async throws {
        // In a process of its own: the limit is that of all its files.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let bench = try Bench()
            let ledger = try bench.open()
            let number = try line()
            let before = Self.limitFiles(to: 400_000)
            var acknowledged = 0
            while await ledger.record(.status("e\(acknowledged)", number, status: "FLAGGED", at: acknowledged)).recorded
                != nil
            {
                acknowledged += 1
            }
            #expect(acknowledged > 0)
            #expect(ledger.failure != nil)
            _ = Self.limitFiles(to: before)
            #expect(await ledger.record(.status("last", number, status: "ACTIVE", at: 90_000)).recorded != nil)
            #expect(try bench.count("event") == Int64(acknowledged) + 1)
        }
    }

    /// Gives the limit before.
    private static func limitFiles(to size: rlim_t) -> rlim_t {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let before = limit.rlim_cur
        limit.rlim_cur = size
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        return before
    }
}

/// A file system of less than a megabyte in memory.
private final class SmallDisk {
    /// Only root may mount, and not in every container.
    static let isAvailable = (try? SmallDisk()) != nil

    private let directory: TemporaryDirectory
    let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory("disk")
        try File.makeDirectory(path)
        let mountPoint = path
        try system("mount") { mount("none", mountPoint, "tmpfs", 0, "size=768k") }
    }

    deinit { umount2(path, CInt(MNT_DETACH)) }

    /// Takes all room but a little.
    func fill() throws {
        let block = [UInt8](repeating: 0, count: 4_096)
        var count = 0
        while (try? File.replace("\(path)/block\(count)", with: block)) != nil { count += 1 }
        for index in 0..<min(8, count) { try File.remove("\(path)/block\(index)") }
    }

    func makeRoom() {
        for name in (try? File.names(in: path)) ?? [] where name.hasPrefix("block") { unlink("\(path)/\(name)") }
    }
}
