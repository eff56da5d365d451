import Posix
import Subprocess
import SystemPackage

/// Why a program could not be started, in words, and whether that will pass by itself.
enum StartFailure {
    /// The system has too little of something at the moment, or the file is just being replaced.
    private static let passing: Set<Errno> = [
        .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .textFileBusy,
    ]

    static func judge(_ error: any Error, _ start: ProgramStart) -> ProgramEnd {
        guard let error = error as? SubprocessError else {
            return .notStarted(reason: "\(error)", isLasting: false)
        }
        let errno = error.underlyingError
        let words = errno.map { "\($0)" } ?? "\(error)"
        switch error.code {
        case .executableNotFound:
            // The library says "not found" of EACCES too; and of a script it is the interpreter that can be missing.
            let reason = File.isExecutable(start.program)?.reason
            return .notStarted(reason: reason ?? "it or its interpreter cannot be run", isLasting: true)
        case .failedToChangeWorkingDirectory:
            return .notStarted(reason: "directory \(start.directory): \(words)", isLasting: true)
        case .spawnFailed:
            return .notStarted(reason: words, isLasting: errno.map { !passing.contains($0) } ?? true)
        default:
            // No pipe, no watch over the process.
            return .notStarted(reason: words, isLasting: false)
        }
    }
}
