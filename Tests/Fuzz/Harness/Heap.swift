import CSanitizer

/// What the process holds.
package enum Heap {
    /// Bytes allocated and not freed, as AddressSanitizer counts them.
    package static var bytes: Int { Int(__sanitizer_get_current_allocated_bytes()) }
}
