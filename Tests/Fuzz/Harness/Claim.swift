import Glibc

/// Ends the process when something does not hold; libFuzzer then writes down the input as a finding.
///
/// `precondition` would do, but an optimized build drops its message.
package func claim(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    let text = Array("\nFINDING: \(what())\n".utf8)
    _ = unsafe text.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    abort()
}
