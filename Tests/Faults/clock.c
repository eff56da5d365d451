/* A wall clock that a test can set: adds the microseconds in the file $CLOCK_OFFSET to CLOCK_REALTIME and its kin.
 *
 *     cc -O1 -shared -fPIC clock.c -o clock.so; CLOCK_OFFSET=/tmp/offset LD_PRELOAD=./clock.so linewarden serve ...
 *
 * The file holds one number of 64 bits and is mapped, so a jump is one write. The monotonic clocks are left alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t none;
static const volatile int64_t *offset = &none;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CLOCK_OFFSET");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) offset = mapped;
}

static void shift(struct timespec *at) {
    int64_t nanoseconds = at->tv_nsec + *offset % 1000000 * 1000;
    at->tv_sec += *offset / 1000000;
    while (nanoseconds < 0) nanoseconds += 1000000000, at->tv_sec--;
    while (nanoseconds >= 1000000000) nanoseconds -= 1000000000, at->tv_sec++;
    at->tv_nsec = nanoseconds;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    int result = (int)syscall(SYS_clock_gettime, clock, at);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)) shift(at);
    return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
