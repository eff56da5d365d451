import Glibc
import Posix

/// A directory of a test's own, removed with all that is in it.
package final class TemporaryDirectory: Sendable {
    /// Absolute, without a slash at its end.
    package let path: String

    package init() throws {
        var template = Array("/tmp/linewarden-test.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw PosixError(call: "mkdtemp", code: errno) }
        path = made
    }

    deinit { Self.remove(path) }

    /// The path of a file in it.
    package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    private static func remove(_ directory: String) {
        chmod(directory, 0o700)
        for name in (try? File.names(in: directory)) ?? [] where unlink("\(directory)/\(name)") != 0 {
            remove("\(directory)/\(name)")
        }
        rmdir(directory)
    }
}
