/* A disk that a test can break: while the file $DISK_FAULT holds an errno, writing the ledger fails with it.
 *
 *     cc -O1 -shared -fPIC disk.c -o disk.so; DISK_FAULT=/tmp/fault LD_PRELOAD=./disk.so linewarden serve ...
 *
 * The file holds two numbers of 32 bits and is mapped: the errno of writes, and that of fdatasync and fsync. Only files
 * whose name has "linewarden.db" in it are concerned. This is how a file system that was remounted read-only looks to a
 * process that has files open there for writing (the kernel does that after an error of the disk; mount(8) refuses).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static const volatile int32_t none[2];
static const volatile int32_t *fault = none;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_FAULT");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) fault = mapped;
}

static int concerns(int file) {
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "linewarden.db") != NULL;
}

static int fails(int file, int32_t error) {
    if (error == 0 || !concerns(file)) return 0;
    errno = error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    return fails(file, fault[0]) ? -1 : REAL(pwrite64)(file, bytes, count, at);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    return fails(file, fault[0]) ? -1 : REAL(pwrite)(file, bytes, count, at);
}

ssize_t write(int file, const void *bytes, size_t count) {
    return fails(file, fault[0]) ? -1 : REAL(write)(file, bytes, count);
}

int ftruncate64(int file, off64_t length) {
    return fails(file, fault[0]) ? -1 : REAL(ftruncate64)(file, length);
}

int fdatasync(int file) { return fails(file, fault[1]) ? -1 : REAL(fdatasync)(file); }

int fsync(int file) { return fails(file, fault[1]) ? -1 : REAL(fsync)(file); }
