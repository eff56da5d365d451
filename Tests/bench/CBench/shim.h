// What the load generator needs of the kernel and Glibc's Swift module hides: epoll, a fine timer, memmem.
// No system header is included: one read with _GNU_SOURCE would give types that differ from Glibc's Swift module.
#pragma once

/// The kernel's struct epoll_event on x86-64 is packed, elsewhere it is not.
struct lwb_event {
    unsigned int events;
    unsigned long long tag;
}
#ifdef __x86_64__
__attribute__((packed))
#endif
;
struct lwb_span {
    long seconds;
    long nanoseconds;
};

extern int epoll_create1(int flags);
extern int epoll_ctl(int epoll, int operation, int descriptor, void *event);
extern int epoll_pwait2(int epoll, void *events, int count, const void *timeout, const void *signals);
extern int prctl(int option, ...);
extern void *memmem(const void *text, unsigned long length, const void *sought, unsigned long sought_length);

static inline int lwb_epoll(void) { return epoll_create1(02000000); }

/// Tells of input on a descriptor, level-triggered, under a tag.
static inline int lwb_watch(int epoll, int descriptor, unsigned long long tag) {
    struct lwb_event event = {1u, tag};
    return epoll_ctl(epoll, 1, descriptor, &event);
}

/// Waits for so many nanoseconds at the most.
static inline int lwb_wait(int epoll, struct lwb_event *events, int count, unsigned long long nanoseconds) {
    struct lwb_span span = {(long)(nanoseconds / 1000000000ull), (long)(nanoseconds % 1000000000ull)};
    return epoll_pwait2(epoll, events, count, &span, (void *)0);
}

/// PR_SET_TIMERSLACK: without it every timed wait may be 50 µs late.
static inline int lwb_exact_timers(void) { return prctl(29, 1ul, 0ul, 0ul, 0ul); }

/// Where a text occurs in another; -1: nowhere.
static inline long lwb_find(const void *text, unsigned long length, const void *sought, unsigned long sought_length) {
    const char *found = memmem(text, length, sought, sought_length);
    return found ? found - (const char *)text : -1;
}
