import Glibc
import TestSupport
import Testing

@testable import Posix

@Suite struct FileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("What is written is read again", arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
    func roundTrip(count: Int) throws {
        let contents = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        for durably in [false, true] {
            try File.replace(directory("file"), with: contents, durably: durably)
            #expect(try File.read(directory("file")) == contents)
            #expect(File.size(directory("file")) == count)
        }
        #expect(try File.names(in: directory.path) == ["file"])
    }

    @Test("Where files can be made, and where not")
    func usable() throws {
        #expect(File.isUsable(directory: directory.path) == nil)
        #expect(File.isUsable(directory: directory("a/b/c/")) == nil)
        #expect(try File.names(in: directory.path) == [])
        try File.make(directory("file"), mode: 0o755)
        #expect(File.isUsable(directory: directory("file"))?.code == ENOTDIR)
        #expect(File.isUsable(directory: directory("file/a"))?.code == ENOTDIR)
    }

    @Test("What is told of a path")
    func facts() throws {
        try File.make(directory("file"), mode: 0o600)
        #expect(File.isDirectory(directory.path) && !File.isDirectory(directory("file")))
        #expect(!File.isDirectory(directory("none")))
        #expect(File.isPublic(directory("file")) == false && File.isPublic(directory("none")) == nil)
        #expect(chmod(directory("file"), 0o644) == 0 && File.isPublic(directory("file")) == true)
        #expect(File.isChangeable(directory("file")) == nil)
        #expect(File.isChangeable(directory("none"))?.code == ENOENT)
        let free = try #require(File.freeBytes(directory("none/at/all")))
        #expect(free > 0 && File.freeBytes(directory.path) != nil)
    }

    @Test("A file beyond the limit is an error, one at the limit is not")
    func limit() throws {
        try File.replace(directory("file"), with: [1, 2, 3])
        #expect(try File.read(directory("file"), limit: 3) == [1, 2, 3])
        #expect(throws: PosixError(call: "read", code: EFBIG, subject: directory("file"))) {
            try File.read(directory("file"), limit: 2)
        }
        #expect(throws: PosixError(call: "read", code: EFBIG, subject: "/dev/zero")) { try File.read("/dev/zero") }
    }

    @Test("Errors name the call and the path")
    func errors() throws {
        let missing = directory("missing")
        #expect(throws: PosixError(call: "open", code: ENOENT, subject: missing)) { try File.read(missing) }
        #expect(throws: PosixError(call: "opendir", code: ENOENT, subject: missing)) { try File.names(in: missing) }
        #expect(throws: PosixError(call: "read", code: EISDIR, subject: directory.path)) {
            try File.read(directory.path)
        }
        #expect {
            try File.replace("\(missing)/file", with: [1])
        } throws: { error in
            guard let error = error as? PosixError else { return false }
            return error.call == "open" && error.code == ENOENT
                && error.subject.hasPrefix("\(missing)/.file.\(getpid()).")
        }
        #expect(File.size(missing) == nil)
        #expect(File.isWritable(directory: missing)?.code == ENOENT)
        #expect(File.isWritable(directory: directory.path) == nil)
    }

    @Test func whatCanBeRun() {
        #expect(File.isExecutable("/bin/sh") == nil)
        #expect(File.isExecutable("/nonexistent/program")?.code == ENOENT)
        #expect(File.isExecutable("/etc/passwd")?.code == EACCES)
        #expect(File.isExecutable("/usr/bin")?.code == EISDIR)
    }

    @Test("A reader sees the old contents or the new, never a part and never nothing")
    func replacesInOneStep() async throws {
        let path = directory("file")
        let sizes = [1, 200_000]
        try File.replace(path, with: [UInt8](repeating: 0, count: sizes[0]))
        try await withThrowingTaskGroup { group in
            group.addTask {
                for round in 1...200 {
                    let contents = [UInt8](repeating: UInt8(round), count: sizes[round % 2])
                    try File.replace(path, with: contents)
                }
            }
            group.addTask {
                for _ in 0..<200 {
                    let contents = try File.read(path)
                    #expect(sizes.contains(contents.count))
                    #expect(contents.allSatisfy { $0 == contents.first })
                }
            }
            try await group.waitForAll()
        }
        #expect(try File.names(in: directory.path) == ["file"])
    }

    @Test("A failed replacement leaves the old file and nothing else")
    func failedReplacement() throws {
        try File.makeDirectory(directory("taken"))
        try File.replace(directory("taken/inside"), with: [1])
        let error = #expect(throws: PosixError.self) { try File.replace(directory("taken"), with: [2]) }
        #expect(error?.call == "rename")
        #expect(try File.names(in: directory.path) == ["taken"])
    }

    @Test("A new file has the permissions asked for", arguments: [0o600, 0o640, 0o644] as [UInt32])
    func permissions(mode: UInt32) throws {
        try File.replace(directory("file"), with: [], mode: mode)
        var status = stat()
        #expect(stat(directory("file"), &status) == 0)
        // Whatever the umask is, it takes away only.
        #expect(status.st_mode & 0o777 & ~mode == 0)
        #expect(status.st_mode & 0o600 == 0o600)
    }

    @Test("Removing is done when the file is gone, whoever removed it")
    func removes() throws {
        try File.replace(directory("file"), with: [1])
        try File.remove(directory("file"))
        try File.remove(directory("file"))
        #expect(try File.names(in: directory.path) == [])
        #expect(throws: PosixError.self) { try File.remove(directory.path) }
    }

    @Test("Directories are made as far as they are missing", arguments: ["a", "a/b/c", "a/b/c/", "a//b"])
    func makesDirectories(name: String) throws {
        for _ in 0..<2 { try File.makeDirectory(directory(name)) }
        try File.replace(directory("\(name)/file"), with: [1])
        #expect(try File.names(in: directory(name)) == ["file"])
    }

    @Test("A directory below a file cannot be made")
    func noDirectory() throws {
        try File.replace(directory("file"), with: [1])
        #expect(throws: PosixError.self) { try File.makeDirectory(directory("file/below")) }
        symlink("nowhere", directory("dangling"))
        #expect(throws: PosixError.self) { try File.makeDirectory(directory("dangling/below")) }
    }

    @Test("All names are listed, hidden and odd ones too")
    func names() throws {
        let names = [".hidden", "+12025551234", "a b", "ü", String(repeating: "x", count: 200)]
        for name in names { try File.replace(directory(name), with: []) }
        #expect(try File.names(in: directory.path).sorted() == names.sorted())
    }

    @Test("A second lock is refused until the first is let go")
    func locks() throws {
        let path = directory("lock")
        var first: SharedDescriptor? = try File.lock(path)
        let error = #expect(throws: PosixError.self) { _ = try File.lock(path) }
        #expect(error?.wouldBlock == true)
        #expect(error?.subject == path)
        withExtendedLifetime(first) {}
        first = nil
        _ = try File.lock(path)
    }

    @Test("What is claimed was not there before, under no name")
    func exclusively() throws {
        let path = directory("claimed")
        #expect(!File.isRegular(path))
        try File.makeExclusively(path, mode: 0o600)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && File.isRegular(path))
        symlink("nowhere", directory("link"))
        for taken in [path, directory("link"), directory.path] {
            #expect(throws: PosixError(call: "open", code: PosixError.exists, subject: taken)) {
                try File.makeExclusively(taken, mode: 0o600)
            }
        }
        // A link to a file is none itself.
        symlink("claimed", directory("alias"))
        for other in [directory("link"), directory("alias"), directory.path, "/dev/null", directory("missing")] {
            #expect(!File.isRegular(other), "\(other)")
        }
    }
}
