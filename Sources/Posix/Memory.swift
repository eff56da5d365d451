import CLinux

extension Process {
    /// Has memory given back that is not used any more (mallopt(3)); called before there are other threads.
    ///
    /// glibc would give eight threads a heap each, and keep in them what one allocates and another frees; and it would keep
    /// large blocks for ever once one of their size has been freed.
    package static func keepMemoryLow() {
        lw_keep_memory_low(2, 256 << 10)
    }

    /// Gives back what is free in the heaps (malloc_trim(3)).
    package static func returnFreeMemory() { lw_return_free_memory() }
}
