// A library to be preloaded: the disk under a directory fails, from a certain call on. The
// environment says how:
//   FAILING_DISK_UNDER   calls on paths that contain this are counted, and fail
//   FAILING_DISK_CALLS   "sync" (fsync, fdatasync), "write" (write, pwrite, fallocate), or "change"
//                        (writes, and whatever else a read-only file system refuses)
//   FAILING_DISK_AFTER   so many of them succeed first
//   FAILING_DISK_TIMES   so many fail; 0: all
//   FAILING_DISK_ERRNO   the number of the error
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum Kind { kSync = 1, kWrite = 2, kChange = 4 };

static atomic_long calls;

static long number(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : atol(text);
}

// Whether this call on `path` fails; then errno is set.
static int fails(enum Kind kind, const char* path) {
  const char* under = getenv("FAILING_DISK_UNDER");
  const char* wanted = getenv("FAILING_DISK_CALLS");
  if (under == NULL || wanted == NULL || path == NULL || strstr(path, under) == NULL) return 0;
  const int kinds = strcmp(wanted, "sync") == 0    ? kSync
                    : strcmp(wanted, "write") == 0 ? kWrite
                                                   : kWrite | kChange;
  if ((kinds & kind) == 0) return 0;
  const long call = atomic_fetch_add(&calls, 1);
  const long after = number("FAILING_DISK_AFTER"), times = number("FAILING_DISK_TIMES");
  if (call < after || (times != 0 && call >= after + times)) return 0;
  errno = (int)number("FAILING_DISK_ERRNO");
  return 1;
}

static int fails_at(enum Kind kind, int fd) {
  const int kept = errno;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (size <= 0) return 0;
  path[size] = '\0';
  return fails(kind, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails_at(kSync, fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails_at(kSync, fd) ? -1 : REAL(fdatasync)(fd); }

ssize_t write(int fd, const void* bytes, size_t size) {
  return fails_at(kWrite, fd) ? -1 : REAL(write)(fd, bytes, size);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return fails_at(kWrite, fd) ? -1 : REAL(writev)(fd, parts, count);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return fails_at(kWrite, fd) ? -1 : REAL(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return fails_at(kWrite, fd) ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  return fails_at(kWrite, fd) ? -1 : REAL(fallocate)(fd, mode, at, size);
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return fails_at(kWrite, fd) ? -1 : REAL(fallocate64)(fd, mode, at, size);
}
int ftruncate(int fd, off_t size) {
  return fails_at(kChange, fd) ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  return fails_at(kChange, fd) ? -1 : REAL(ftruncate64)(fd, size);
}
int rename(const char* from, const char* to) {
  return fails(kChange, to) ? -1 : REAL(rename)(from, to);
}
int unlink(const char* path) { return fails(kChange, path) ? -1 : REAL(unlink)(path); }
int mkdir(const char* path, mode_t mode) {
  return fails(kChange, path) ? -1 : REAL(mkdir)(path, mode);
}

static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0; }

#define OPEN(name)                                                          \
  int name(const char* path, int flags, ...) {                              \
    va_list more;                                                           \
    va_start(more, flags);                                                  \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;  \
    va_end(more);                                                           \
    if (writes(flags) && fails(kChange, path)) return -1;                   \
    return REAL(name)(path, flags, mode);                                   \
  }
OPEN(open)
OPEN(open64)
