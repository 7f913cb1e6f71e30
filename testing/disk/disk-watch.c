/*
 * Stands between a program and the C library (LD_PRELOAD) and watches one folder: every change of a file in it, and every
 * moment at which something was made to reach the disk, goes into a log in the order in which it happened. With a control
 * file it also plays a disk that is full. It needs no rights that the program itself has not.
 *
 *   KLINK_DISK_FOLDER   the folder
 *   KLINK_DISK_LOG      where the log goes; see disk-log.ts for its records
 *   KLINK_DISK_CONTROL  int32 writes left (-1: as many as wanted), int32 half of the last one is still taken, int32 writes so far
 *   KLINK_DISK_EXCEPT   name of a file in the folder that is never full
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WROTE = 1, TRUNCATED, SYNCED, CREATED, REMOVED, RENAMED };

struct control {
  int32_t writes_left, takes_half, writes_so_far;
};

static const char *folder, *except;
static size_t folder_length;
static int log_fd = -1;
static volatile struct control *control;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  folder = getenv("KLINK_DISK_FOLDER");
  except = getenv("KLINK_DISK_EXCEPT");
  if (!folder) return;
  folder_length = strlen(folder);
  const char *log = getenv("KLINK_DISK_LOG"), *control_file = getenv("KLINK_DISK_CONTROL");
  if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (!control_file) return;
  int fd = syscall(SYS_openat, AT_FDCWD, control_file, O_RDWR | O_CLOEXEC);
  void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) control = mapped;
}

/* The part of a path below the folder; null where it lies elsewhere. The folder itself is "". */
static const char *below(const char *path) {
  if (!folder || !path || strncmp(path, folder, folder_length)) return NULL;
  if (!path[folder_length]) return path + folder_length;
  return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static const char *name_of(int fd, char *room) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, room, (size_t)PATH_MAX - 1);
  if (length <= 0) return NULL;
  room[length] = 0;
  return below(room);
}

/* One record in one call, so that several processes may write into one log. */
static void note(uint32_t kind, const char *name, uint64_t offset, const void *bytes, size_t length) {
  if (log_fd < 0) return;
  int saved = errno;
  struct { uint32_t kind, name_length; uint64_t offset, length; } head = {kind, strlen(name), offset, length};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.name_length}, {(void *)bytes, length}};
  if (syscall(SYS_writev, log_fd, parts, 3) < 0) abort();
  errno = saved;
}

/* How much of a write the disk still takes; -1 where it takes nothing. */
static ssize_t room_for(const char *name, size_t length) {
  if (!control || (except && !strncmp(name, except, strlen(except)))) return length;
  control->writes_so_far++;
  if (control->writes_left < 0) return length;
  if (control->writes_left > 0) {
    control->writes_left--;
    return length;
  }
  if (control->takes_half && length > 1) {
    control->takes_half = 0;
    return length / 2;
  }
  errno = ENOSPC;
  return -1;
}

static ssize_t write_at(int fd, const void *bytes, size_t length, off64_t offset) {
  char room[PATH_MAX];
  const char *name = name_of(fd, room);
  ssize_t taken = name ? room_for(name, length) : (ssize_t)length;
  if (taken < 0) return -1;
  off64_t at = offset >= 0 ? offset : lseek64(fd, 0, SEEK_CUR);
  if (name && offset < 0 && (fcntl(fd, F_GETFL) & O_APPEND)) at = lseek64(fd, 0, SEEK_END);
  ssize_t written = offset >= 0 ? syscall(SYS_pwrite64, fd, bytes, (size_t)taken, offset) : syscall(SYS_write, fd, bytes, (size_t)taken);
  if (name && written > 0) note(WROTE, name, at, bytes, written);
  return written;
}

ssize_t write(int fd, const void *bytes, size_t length) { return write_at(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return write_at(fd, bytes, length, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return write_at(fd, bytes, length, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char room[PATH_MAX];
  if (!name_of(fd, room)) return syscall(SYS_writev, fd, parts, count);
  ssize_t sum = 0;
  for (int index = 0; index < count; index++) {
    ssize_t written = write_at(fd, parts[index].iov_base, parts[index].iov_len, -1);
    if (written < 0) return sum > 0 ? sum : -1;
    sum += written;
    if ((size_t)written < parts[index].iov_len) break;
  }
  return sum;
}

static int truncate_to(int fd, off64_t length) {
  char room[PATH_MAX];
  const char *name = name_of(fd, room);
  int result = syscall(SYS_ftruncate, fd, length);
  if (!result && name) note(TRUNCATED, name, length, NULL, 0);
  return result;
}
int ftruncate(int fd, off_t length) { return truncate_to(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_to(fd, length); }

static int sync_with(long call, int fd) {
  char room[PATH_MAX];
  const char *name = name_of(fd, room);
  int result = syscall(call, fd);
  if (!result && name) note(SYNCED, name, 0, NULL, 0);
  return result;
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

static int open_at(int where, const char *path, int flags, mode_t mode) {
  const char *name = below(path);
  struct stat found;
  int is_new = name && (flags & O_CREAT) && syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0) != 0;
  if (is_new && room_for(name, 1) < 0) return -1;
  int fd = syscall(SYS_openat, where, path, flags, mode);
  if (fd < 0 || !name) return fd;
  if (is_new) note(CREATED, name, 0, NULL, 0);
  else if (flags & O_TRUNC) note(TRUNCATED, name, 0, NULL, 0);
  return fd;
}
#define MODE(flags, last, mode)                        \
  mode_t mode = 0;                                     \
  if ((flags) & (O_CREAT | O_TMPFILE)) {               \
    va_list rest;                                      \
    va_start(rest, last);                              \
    mode = va_arg(rest, mode_t);                       \
    va_end(rest);                                      \
  }
int open(const char *path, int flags, ...) { MODE(flags, flags, mode) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags, mode) return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, flags, mode) return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, flags, mode) return open_at(at, path, flags | O_LARGEFILE, mode); }

int unlink(const char *path) {
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  const char *name = below(path);
  if (!result && name) note(REMOVED, name, 0, NULL, 0);
  return result;
}

int rename(const char *from, const char *to) {
  int result = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  const char *name = below(from), *next = below(to);
  if (!result && name && next) note(RENAMED, name, 0, next, strlen(next));
  return result;
}
