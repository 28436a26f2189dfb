/* Breaks one system call on a folder: LD_PRELOAD it, and say which one in the environment.
 *
 *   BREAK_FOLDER  calls on this folder, and on files in it, are counted over all threads
 *   BREAK_AT      the number of the call to break, from 1; without it nothing is broken
 *   BREAK_HOW     error      the call fails and does nothing
 *                 persisted  the call does its work and then fails
 *                 short      a write writes a part and says so, as it may
 *                 torn       a write writes a part, in whole blocks of 64 bytes, and the process dies
 *                            (disks write sectors, so less is never torn)
 *                 before     the process dies before the call
 *                 after      the process dies after the call
 *   BREAK_ERRNO   the number of the error
 *   BREAK_LOG     a file that gets the name of each call that is counted, and `broken` after the broken one
 *
 * strace can inject faults too, but counts the calls of each thread apart, and an executor may run on
 * another thread each time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;

static int is_inside(const char *path) {
  const char *folder = getenv("BREAK_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_open_inside(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t count = readlink(link, path, sizeof path - 1);
  if (count < 0) return 0;
  path[count] = 0;
  return is_inside(path);
}

static void note(const char *text) {
  const char *path = getenv("BREAK_LOG");
  int fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (fd < 0) return;
  char line[64];
  int count = snprintf(line, sizeof line, "%s\n", text);
  syscall(SYS_write, fd, line, count);
  syscall(SYS_close, fd);
}

static void die(void) { kill(getpid(), SIGKILL); pause(); }

/* How to break this call; null where it is not the one. */
static const char *breaking(const char *name, int counts) {
  if (!counts) return NULL;
  int number = atomic_fetch_add(&calls, 1) + 1;
  note(name);
  const char *at = getenv("BREAK_AT");
  if (!at || atoi(at) != number) return NULL;
  note("broken");
  const char *how = getenv("BREAK_HOW");
  if (strcmp(how, "before") == 0) die();
  return how;
}

static int is(const char *how, const char *other) { return how && strcmp(how, other) == 0; }

static long finish(const char *how, long result) {
  if (is(how, "after")) die();
  if (is(how, "persisted")) {
    errno = atoi(getenv("BREAK_ERRNO"));
    return -1;
  }
  return result;
}

#define BREAK(name, counts, call)                     \
  const char *how = breaking(name, counts);           \
  if (is(how, "error")) {                             \
    errno = atoi(getenv("BREAK_ERRNO"));              \
    return -1;                                        \
  }                                                   \
  return finish(how, call)

int mkdir(const char *path, mode_t mode) {
  BREAK("mkdir", is_inside(path), syscall(SYS_mkdir, path, mode));
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  BREAK("open", is_inside(path), syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int openat(int folder, const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  BREAK("openat", is_open_inside(folder), syscall(SYS_openat, folder, path, flags, mode));
}

int flock(int fd, int operation) {
  BREAK("flock", is_open_inside(fd), syscall(SYS_flock, fd, operation));
}

int unlinkat(int folder, const char *path, int flags) {
  BREAK("unlinkat", is_open_inside(folder), syscall(SYS_unlinkat, folder, path, flags));
}

int renameat(int from, const char *old, int to, const char *new) {
  BREAK("renameat", is_open_inside(from), syscall(SYS_renameat, from, old, to, new));
}

int fsync(int fd) { BREAK("fsync", is_open_inside(fd), syscall(SYS_fsync, fd)); }

int fdatasync(int fd) { BREAK("fdatasync", is_open_inside(fd), syscall(SYS_fdatasync, fd)); }

ssize_t pread(int fd, void *buffer, size_t count, off_t offset) {
  BREAK("pread", is_open_inside(fd), syscall(SYS_pread64, fd, buffer, count, offset));
}

ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) {
  const char *how = breaking("pwrite", is_open_inside(fd));
  if (is(how, "error")) {
    errno = atoi(getenv("BREAK_ERRNO"));
    return -1;
  }
  size_t half = count / 2;
  size_t part = is(how, "short") ? half : is(how, "torn") ? half / 64 * 64 : count;
  long result = syscall(SYS_pwrite64, fd, buffer, part, offset);
  if (is(how, "torn")) die();
  return finish(how, result);
}

ssize_t pread64(int fd, void *buffer, size_t count, off_t offset) __attribute__((alias("pread")));
ssize_t pwrite64(int fd, const void *buffer, size_t count, off_t offset)
    __attribute__((alias("pwrite")));
