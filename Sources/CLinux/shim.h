// What Glibc's Swift module hides, as inline functions. Imported by Posix alone.
// No system header is included: one read with _GNU_SOURCE would give types that differ from Glibc's Swift module.
#pragma once

extern int accept4(int listener, void *address, unsigned int *length, int flags);
extern int prctl(int option, ...);

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC; the peer's address goes to `address`.
static inline int lw_accept(int listener, void *address, unsigned int *length) {
    return accept4(listener, address, length, 04000 | 02000000);
}

/// prctl(PR_SET_DUMPABLE): 0 keeps memory, and so secrets, out of core dumps and other processes' reach.
static inline int lw_set_dumpable(int dumpable) { return prctl(4, (unsigned long)dumpable, 0ul, 0ul, 0ul); }
