// Kills the process exactly at the Nth call of a kind, right before or right after it: LINEWARDEN_CRASH=KIND:N:WHEN.
//
//   commit   fdatasync, fsync
//   arrival  a request has been read from a socket (after only)
//   answer   the answer to it is handed to a socket
//   request  a hook's request is handed to a socket
//   reply    the answer to that has been read from a socket (after only)
//   file     unlink, rename
//
// With LINEWARDEN_TRACE=FILE it writes down, as lines "KIND WHEN", in which order such calls begin and end.
//
// Only the first bytes tell what goes over a socket; nothing else that linewarden reads or writes begins like them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char wanted[16], when[8];
static long number;
static int trace = -1;
static atomic_long count;

__attribute__((constructor)) static void read_order(void) {
    const char *order = getenv("LINEWARDEN_CRASH");
    if (order) sscanf(order, "%15[^:]:%ld:%7s", wanted, &number, when);
    const char *path = getenv("LINEWARDEN_TRACE");
    if (path) trace = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// Whether this call is the one.
static int is_it(const char *kind) {
    return kind && strcmp(kind, wanted) == 0 && atomic_fetch_add(&count, 1) + 1 == number;
}

static void pass(const char *kind, int hit, const char *moment) {
    char line[32];
    if (kind && trace >= 0 && pwrite(trace, line, snprintf(line, sizeof line, "%s %s\n", kind, moment), 0) < 0) abort();
    if (!hit || strcmp(moment, when) != 0) return;
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int begins(const void *bytes, size_t length, const char *text) {
    return length >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static const char *outgoing(const void *bytes, size_t length) {
    return begins(bytes, length, "HTTP/1.") ? "answer" : begins(bytes, length, "POST /") ? "request" : NULL;
}

static const char *incoming(const void *bytes, ssize_t length) {
    if (length <= 0) return NULL;
    return begins(bytes, length, "HTTP/1.") ? "reply" : begins(bytes, length, "POST /") ? "arrival" : NULL;
}

static const char *gathered(const struct iovec *parts, size_t many) {
    return many ? outgoing(parts->iov_base, parts->iov_len) : NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define AROUND(result, name, kind, parameters, ...)                                                                    \
    result name parameters {                                                                                           \
        const char *what = kind;                                                                                       \
        int hit = is_it(what);                                                                                         \
        pass(what, hit, "before");                                                                                     \
        result value = REAL(name)(__VA_ARGS__);                                                                        \
        pass(what, hit, "after");                                                                                      \
        return value;                                                                                                  \
    }

#define AFTER_READING(name, parameters, ...)                                                                           \
    ssize_t name parameters {                                                                                          \
        ssize_t value = REAL(name)(__VA_ARGS__);                                                                       \
        const char *what = incoming(data, value);                                                                      \
        pass(what, is_it(what), "after");                                                                              \
        return value;                                                                                                  \
    }

AROUND(int, fdatasync, "commit", (int fd), fd)
AROUND(int, fsync, "commit", (int fd), fd)
AROUND(int, unlink, "file", (const char *path), path)
AROUND(int, rename, "file", (const char *from, const char *to), from, to)
AROUND(ssize_t, send, outgoing(data, size), (int fd, const void *data, size_t size, int flags), fd, data, size, flags)
AROUND(ssize_t, sendto, outgoing(data, size),
       (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length), fd, data, size,
       flags, to, length)
AROUND(ssize_t, sendmsg, gathered(message->msg_iov, message->msg_iovlen),
       (int fd, const struct msghdr *message, int flags), fd, message, flags)
AROUND(ssize_t, write, outgoing(data, size), (int fd, const void *data, size_t size), fd, data, size)
AROUND(ssize_t, writev, gathered(parts, many), (int fd, const struct iovec *parts, int many), fd, parts, many)

// What calls become in code that was compiled with -D_FORTIFY_SOURCE.
ssize_t __recv_chk(int fd, void *data, size_t size, size_t room, int flags);
ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
AFTER_READING(recv, (int fd, void *data, size_t size, int flags), fd, data, size, flags)
AFTER_READING(__recv_chk, (int fd, void *data, size_t size, size_t room, int flags), fd, data, size, room, flags)
AFTER_READING(read, (int fd, void *data, size_t size), fd, data, size)
AFTER_READING(__read_chk, (int fd, void *data, size_t size, size_t room), fd, data, size, room)
