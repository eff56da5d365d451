// What Glibc's Swift module hides, as inline functions. Imported by Posix alone.
// No system header is included: one read with _GNU_SOURCE would give types that differ from Glibc's Swift module.
#pragma once

extern int accept4(int listener, void *address, unsigned int *length, int flags);
extern int epoll_create1(int flags);
extern int epoll_ctl(int epoll, int operation, int descriptor, void *event);
extern int epoll_wait(int epoll, void *events, int count, int milliseconds);
extern int eventfd(unsigned int count, int flags);
extern int prctl(int option, ...);
extern int mallopt(int option, int value);
extern int malloc_trim(unsigned long kept);

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC; the peer's address goes to `address`.
static inline int lw_accept(int listener, void *address, unsigned int *length) {
    return accept4(listener, address, length, 04000 | 02000000);
}

/// `struct epoll_event`, which the kernel has packed on x86-64 alone (epoll_ctl(2)).
struct lw_event {
    unsigned int readiness;
    unsigned long long key;
}
#ifdef __x86_64__
__attribute__((packed))
#endif
;

/// epoll_create1(EPOLL_CLOEXEC).
static inline int lw_epoll(void) { return epoll_create1(02000000); }

/// eventfd(2) with EFD_NONBLOCK | EFD_CLOEXEC.
static inline int lw_eventfd(void) { return eventfd(0, 04000 | 02000000); }

/// epoll_ctl(2) with EPOLL_CTL_ADD, 1; EPOLL_CTL_DEL, 2; EPOLL_CTL_MOD, 3.
static inline int lw_epoll_set(int epoll, int operation, int descriptor, unsigned int interest, unsigned long long key) {
    struct lw_event event = {interest, key};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

/// epoll_wait(2).
static inline int lw_epoll_wait(int epoll, struct lw_event *events, int count, int milliseconds) {
    return epoll_wait(epoll, events, count, milliseconds);
}

/// prctl(PR_SET_DUMPABLE): 0 keeps memory, and so secrets, out of core dumps and other processes' reach.
static inline int lw_set_dumpable(int dumpable) { return prctl(4, (unsigned long)dumpable, 0ul, 0ul, 0ul); }

/// mallopt(3): how many heaps there are at the most (M_ARENA_MAX), and how large a block has a mapping of its own
/// (M_MMAP_THRESHOLD).
static inline void lw_keep_memory_low(int heaps, int largest) {
    mallopt(-8, heaps);
    mallopt(-3, largest);
}

/// malloc_trim(3).
static inline void lw_return_free_memory(void) { malloc_trim(0); }
