import Glibc
import Lines
import Posix
import TestSupport
import Testing

@testable import Hooks

@Suite struct GateFilesTests {
    private let folder: TemporaryDirectory
    private let gate: GateFiles

    init() throws {
        folder = try TemporaryDirectory()
        // Not there yet, as /run after a reboot.
        gate = GateFiles(directory: folder("run/paused"))
    }

    private func names() throws -> [String] { try File.names(in: folder("run/paused")).sorted() }

    private func contents(_ number: String) throws -> String {
        String(decoding: try File.read(folder("run/paused/\(number)")), as: UTF8.self)
    }

    private func deliver(
        _ type: String,
        _ number: String = "+12025551234",
        _ payload: String = "x"
    ) async throws -> Outcome {
        await gate.deliver(attempt(Array(payload.utf8), type: type, line: try line(number)))
    }

    @Test func theFileHoldsTheDecision() throws {
        #expect(
            String(decoding: gate.render(try Story().message("line.paused")), as: UTF8.self)
                == #"{"phone_number":"+12025551234","decision":"paused","status":"FLAGGED","reputation":"CRITICAL","#
                + #""reasons":["status is FLAGGED","reputation is CRITICAL"],"since":"2026-02-18T18:35:05.000Z"}"#
                + "\n"
        )
        #expect(gate.render(alert()) == Array("\n".utf8))
    }

    @Test func aFileIsThereExactlyWhileALineIsPaused() async throws {
        #expect(try await deliver("line.paused", payload("one")).isDelivered)
        #expect(try names() == ["+12025551234"])
        #expect(try contents("+12025551234") == "one")
        // Again, and about another line.
        #expect(try await deliver("line.paused", payload("two")).isDelivered)
        #expect(try await deliver("line.paused", "+447700900123").isDelivered)
        #expect(try contents("+12025551234") == "two")
        #expect(try names() == ["+12025551234", "+447700900123"])
        #expect(try await deliver("line.resumed").isDelivered)
        #expect(try names() == ["+447700900123"])
        // A line that is slowed may send; and what is gone already need not be removed.
        #expect(try await deliver("line.slowed", "+447700900123").isDelivered)
        #expect(try await deliver("line.resumed").isDelivered)
        #expect(try names() == [])
    }

    /// To resume a line of which no file was ever written is nothing to do.
    @Test func resumingInADirectoryThatIsNotThere() async throws {
        #expect(try await deliver("line.resumed").isDelivered)
    }

    @Test func aMessageWithoutALineIsNotForAGate() async {
        let outcome = await gate.deliver(attempt(type: "line.paused"))
        #expect(outcome == .failed(Failure("no_line", "gate files are about lines, and this message is not")))
    }

    /// What is no directory cannot be written by root either.
    @Test(arguments: ["line.paused", "line.resumed"]) func anUnusableDirectoryIsTriedAgain(type: String) async throws {
        try File.replace(folder("run"), with: [])
        guard case .retry(nil, let failure) = try await deliver(type) else {
            Issue.record("no retry")
            return
        }
        #expect(failure.label == "file")
        #expect(failure.description.contains(folder("run/paused")))
        #expect(await gate.restore([]) != nil)
        // Repaired, it works.
        try File.remove(folder("run"))
        #expect(try await deliver(type).isDelivered)
    }

    @Test func restoringAgreesWithTheLedger() async throws {
        for number in ["+12025551234", "+447700900123"] {
            #expect(try await deliver("line.paused", number).isDelivered)
        }
        // Not named like a line: somebody else's.
        let foreign = [".hidden", "+", "+0123", "+1202555123x", "12025551234", "+12025551234.old", "README"]
        for name in foreign { try File.replace(folder("run/paused/\(name)"), with: []) }
        let held = [
            HeldLine(line: try line(), payload: Array("x".utf8)),
            HeldLine(line: try line("+33612345678"), payload: Array("new".utf8)),
        ]
        #expect(await gate.restore(held) == nil)
        #expect(try names() == (foreign + ["+12025551234", "+33612345678"]).sorted())
        #expect(try contents("+33612345678") == "new")
        #expect(try contents("+12025551234") == "x")
        #expect(await gate.restore([]) == nil)
        #expect(try names() == foreign.sorted())
    }

    /// What a crash left unfinished goes; what only looks like it is somebody else's.
    @Test func restoringRemovesWhatACrashLeft() async throws {
        let unfinished = [".+12025551234.4711.1.new", ".+33612345678.1.20.new"]
        let foreign = [
            ".+12025551234.4711.new", ".+12025551234.4711.1.old", ".+12025551234.x.1.new", ".+12025551234..1.new",
            ".README.4711.1.new", "+12025551234.4711.1.new", ".+12025551234.4711.1.new.new", "..4711.1.new",
        ]
        try File.makeDirectory(folder("run/paused"))
        for name in unfinished + foreign { try File.replace(folder("run/paused/\(name)"), with: []) }
        #expect(await gate.restore([HeldLine(line: try line(), payload: Array("x".utf8))]) == nil)
        #expect(try names() == (foreign + ["+12025551234"]).sorted())
    }

    /// Reasons that changed while the daemon was down; a file that somebody touched, emptied or blew up.
    @Test(arguments: ["old", "", "newer", String(repeating: "new", count: 100_000)])
    func restoringRewritesWhatDiffers(contents: String) async throws {
        try File.replace(path(), with: Array(contents.utf8))
        let held = [HeldLine(line: try line(), payload: Array("new".utf8))]
        #expect(await gate.restore(held) == nil)
        #expect(try self.contents("+12025551234") == "new")
    }

    /// Nobody who reads a file that is right sees it change.
    @Test func restoringLeavesWhatIsRight() async throws {
        try File.replace(path(), with: Array("new".utf8))
        let before = try inode()
        #expect(await gate.restore([HeldLine(line: try line(), payload: Array("new".utf8))]) == nil)
        #expect(try inode() == before)
        #expect(await gate.restore([HeldLine(line: try line(), payload: Array("other".utf8))]) == nil)
        #expect(try inode() != before)
    }

    /// The directory is there from the start, so that senders can tell "nothing is paused" from a wrong path.
    @Test func restoringNothingMakesTheDirectory() async throws {
        #expect(await gate.restore([]) == nil)
        #expect(try names() == [])
    }

    /// What looks like a line but cannot be removed is told, and does no harm to others' files.
    @Test func restoringReportsWhatCannotBeRemoved() async throws {
        try File.makeDirectory(folder("run/paused/+12025551234"))
        let failure = try #require(await gate.restore([]))
        #expect(failure.label == "file" && failure.description.contains("+12025551234"))
    }

    /// A reader never finds the file missing or half written while it is replaced.
    @Test func replacingIsOneStep() async throws {
        let payloads = ["a", "b"].map { String(repeating: $0, count: 10_000) }
        #expect(try await deliver("line.paused", payload(payloads[0])).isDelivered)
        async let writer: Void = {
            for round in 1...200 { _ = try await deliver("line.paused", payload(payloads[round % 2])) }
        }()
        for _ in 0..<200 {
            #expect(payloads.contains(try contents("+12025551234")))
            await Task.yield()
        }
        try await writer
        #expect(try names() == ["+12025551234"])
    }

    private func path() throws -> String {
        try File.makeDirectory(folder("run/paused"))
        return folder("run/paused/+12025551234")
    }

    /// Which file it is: a replaced one has another number.
    private func inode() throws -> UInt64 {
        var status = stat()
        try #require(stat(folder("run/paused/+12025551234"), &status) == 0)
        return UInt64(status.st_ino)
    }

    private func payload(_ text: String) -> Payload { Payload(text: text) }
    private struct Payload { let text: String }

    private func deliver(_ type: String, _ payload: Payload) async throws -> Outcome {
        try await deliver(type, "+12025551234", payload.text)
    }
}
