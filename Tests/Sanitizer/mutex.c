// Tells ThreadSanitizer of the locks that it cannot see.
//
// The quick way into a Synchronization.Mutex is inlined into our code, and seen. The slow way, taken when two threads meet,
// is in libswiftSynchronization, which is not instrumented: every value behind a contended Mutex looks like a race. These
// two functions stand before the library's own (LD_PRELOAD) and say what they do; real races are reported as before.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Swift's calling convention: the mutex is `self`.
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) and Synchronization._MutexHandle._unlockSlow(): part of the stable
// interface of the library, since inlined code calls them.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// There is none in the programs around the tests, such as `swift test`, which get this library too.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF) {
    SWIFT void (*next)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    next(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF) {
    SWIFT void (*next)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(self);
    next(self);
}
