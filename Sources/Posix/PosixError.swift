import Glibc

/// A system call that failed: which, on what, and why.
package struct PosixError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call as section 2 of the manual names it, such as `bind`.
    package let call: String
    /// The errno it left.
    package let code: CInt
    /// What it was called on, in the user's words: a path, an address.
    ///
    /// Empty where there is nothing to name.
    package let subject: String

    package init(call: String, code: CInt, subject: String = "") {
        self.call = call
        self.code = code
        self.subject = subject
    }

    /// The system's words for the errno, such as "Permission denied".
    package var reason: String { String(cString: strerror(code)) }

    /// One line: `bind 127.0.0.1:80: Permission denied`.
    package var description: String { subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)" }

    /// Whether the call would have had to wait (EAGAIN), which is no fault.
    package var wouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }

    /// Whether the process or the system ran out of descriptors (EMFILE, ENFILE) or memory for them.
    package var isExhaustion: Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

/// Runs a call that answers -1 on failure.
///
/// The only place where errno is read: at once, and EINTR is retried here.
@discardableResult
package func system<Result: SignedInteger>(
    _ call: String,
    _ subject: @autoclosure () -> String = "",
    _ body: () -> Result
) throws(PosixError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw PosixError(call: call, code: code, subject: subject()) }
    }
}

extension PosixError {
    package static let addressInUse = EADDRINUSE
    package static let addressNotAvailable = EADDRNOTAVAIL
    package static let permissionDenied = EACCES
    package static let notFound = ENOENT
    package static let exists = EEXIST
    package static let connectionRefused = ECONNREFUSED
}
