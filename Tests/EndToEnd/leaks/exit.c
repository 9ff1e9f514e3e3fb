// Has the leak checker look when a program ends by _exit, which runs nothing of the sort. Preloaded into the gateway.
#include <sys/syscall.h>
#include <unistd.h>

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void _exit(int status) {
  if (__lsan_do_recoverable_leak_check) __lsan_do_recoverable_leak_check();
  for (;;) syscall(SYS_exit_group, status);
}
