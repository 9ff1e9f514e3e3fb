// Hides /proc/self/exe from a program, which then starts itself by its path; loaded with LD_PRELOAD.
//
// Under valgrind /proc/self/exe is valgrind, as far as the kernel is concerned, and cannot be started.
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int access(const char *path, int mode) {
  if (strcmp(path, "/proc/self/exe")) return (int)syscall(SYS_access, path, mode);
  errno = ENOENT;
  return -1;
}
