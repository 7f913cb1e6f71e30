/*
 * Loaded before everything else (LD_PRELOAD) into a process whose disk a test fills where it may not mount one: while the file
 * that KLINK_TEST_DISK_FULL names is there, no file below KLINK_TEST_DISK grows. What a file has already can be written anew,
 * as on a disk that is really full.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int is_on_full_disk(int fd) {
  const char *folder = getenv("KLINK_TEST_DISK");
  const char *flag = getenv("KLINK_TEST_DISK_FULL");
  if (folder == NULL || flag == NULL) return 0;
  char link[64];
  char place[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, place, sizeof place - 1);
  if (length < 0) return 0;
  place[length] = '\0';
  size_t prefix = strlen(folder);
  if (strncmp(place, folder, prefix) != 0 || place[prefix] != '/') return 0;
  return access(flag, F_OK) == 0;
}

static int is_refused(int fd, off_t offset, size_t count) {
  struct stat status;
  if (!is_on_full_disk(fd) || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return offset + (off_t)count > status.st_size;
}

static ssize_t refuse(void) {
  errno = ENOSPC;
  return -1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  int before = errno;
  off_t offset = lseek(fd, 0, SEEK_CUR);
  errno = before;
  if (offset >= 0 && is_refused(fd, offset, count)) return refuse();
  return real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  return is_refused(fd, offset, count) ? refuse() : real(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return is_refused(fd, (off_t)offset, count) ? refuse() : real(fd, bytes, count, offset);
}
