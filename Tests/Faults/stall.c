/* A call that does not return: while the file $LINEWARDEN_STALL holds a call's name, the thread that makes it waits.
 *
 *     echo accept4 >/run/stall; LINEWARDEN_STALL=/run/stall LD_PRELOAD=./stall.so linewarden serve ...
 *
 *   accept4     an event loop of a listener
 *   fdatasync   the ledger's queue, in the middle of a commit
 *
 * This is how a file system that hangs, or a bug, looks to the rest of the process. It polls: nothing wakes it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void wait_while(const char *name) {
    const char *path = getenv("LINEWARDEN_STALL");
    char held[32] = "";
    do {
        if (*held) usleep(5000);
        int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        ssize_t length = file < 0 ? 0 : read(file, held, sizeof held - 1);
        if (file >= 0) close(file);
        held[length > 0 ? length : 0] = 0;
        held[strcspn(held, "\n")] = 0;
    } while (strcmp(held, name) == 0);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
    wait_while("accept4");
    return REAL(accept4)(listener, address, length, flags);
}

int fdatasync(int file) {
    wait_while("fdatasync");
    return REAL(fdatasync)(file);
}
