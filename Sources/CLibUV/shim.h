#ifndef MCP_JUNCTION_CLIBUV_SHIM_H
#define MCP_JUNCTION_CLIBUV_SHIM_H

// What Swift does not import from the C library by itself: macros, variadic functions, and calls that the platform's
// module was built without. Linux and macOS differ here and nowhere else.

#include <uv.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>

// Declared by glibc only under _GNU_SOURCE, which the C library's module is built without.
extern int pipe2(int descriptors[2], int flags);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
#define JUNCTION_POSIX_SPAWN_SETSID 0x80
#else
#define JUNCTION_POSIX_SPAWN_SETSID POSIX_SPAWN_SETSID
#endif

extern char **environ;

static inline char **junction_environment(void) { return environ; }

// MARK: Descriptors

static inline int junction_close_on_exec(int descriptor) { return fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

/// Makes a pipe that no program started later inherits. macOS has no atomic form; nothing forks in between there,
/// because the process has one thread that spawns.
static inline int junction_pipe(int descriptors[2]) {
#if defined(__linux__)
  return pipe2(descriptors, O_CLOEXEC);
#else
  if (pipe(descriptors) != 0) return -1;
  junction_close_on_exec(descriptors[0]);
  junction_close_on_exec(descriptors[1]);
  return 0;
#endif
}

/// Lets a pipe hold so many bytes; does nothing where the system has no such call or does not allow it.
static inline void junction_enlarge_pipe(int descriptor, int capacity) {
#if defined(F_SETPIPE_SZ)
  (void)fcntl(descriptor, F_SETPIPE_SZ, capacity);
#elif defined(__linux__)
  // glibc names it only under _GNU_SOURCE.
  (void)fcntl(descriptor, 1031, capacity);
#else
  (void)descriptor;
  (void)capacity;
#endif
}

/// Makes a connected pair of stream sockets that no program started later inherits.
static inline int junction_socket_pair(int descriptors[2]) {
#if defined(__linux__)
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors);
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, descriptors) != 0) return -1;
  junction_close_on_exec(descriptors[0]);
  junction_close_on_exec(descriptors[1]);
  return 0;
#endif
}

/// The most descriptors that one message carries.
#define JUNCTION_MOST_DESCRIPTORS 16

/// Returns how many bytes a Unix socket's path may have.
static inline size_t junction_socket_path_limit(void) { return sizeof(((struct sockaddr_un *)0)->sun_path) - 1; }

/// Connects to a Unix socket; never blocks: a listener whose queue is full is EAGAIN. Returns the descriptor, or -1.
static inline int junction_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) > junction_socket_path_limit()) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
#if defined(__linux__)
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
#else
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  junction_close_on_exec(descriptor);
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
#endif
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
    int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
  }
  return descriptor;
}

/// Sends bytes, with descriptors attached to the first of them; never blocks, never raises SIGPIPE.
/// Returns what sendmsg does.
static inline ssize_t junction_send(
    int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count) {
  struct iovec run = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &run, .msg_iovlen = 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * JUNCTION_MOST_DESCRIPTORS)];
  } control;
  if (descriptor_count > 0) {
    size_t size = sizeof(int) * (size_t)descriptor_count;
    memset(&control, 0, sizeof control);
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(size);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), descriptors, size);
  }
#if defined(__linux__)
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
#else
  return sendmsg(socket, &message, MSG_DONTWAIT);
#endif
}

/// Receives bytes and at most JUNCTION_MOST_DESCRIPTORS descriptors, each closed on exec; never blocks.
/// Returns what recvmsg does.
static inline ssize_t junction_receive(int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count) {
  struct iovec run = {.iov_base = bytes, .iov_len = count};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * JUNCTION_MOST_DESCRIPTORS)];
  } control;
  struct msghdr message = {
      .msg_iov = &run, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  *descriptor_count = 0;
#if defined(__linux__)
  ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
#else
  ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT);
#endif
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int index = 0; index < found; index += 1) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + sizeof(int) * (size_t)index, sizeof descriptor);
      junction_close_on_exec(descriptor);
      if (*descriptor_count < JUNCTION_MOST_DESCRIPTORS) {
        descriptors[*descriptor_count] = descriptor;
        *descriptor_count += 1;
      } else {
        close(descriptor);
      }
    }
  }
  return received;
}

// MARK: Polling

#if defined(__linux__)
#include <sys/epoll.h>
#else
#include <poll.h>
#include <sys/event.h>
#endif

/// A descriptor that is readable.
typedef struct {
  int descriptor;
  /// Whether its other side is gone: behind what can be read is the end.
  int has_ended;
} junction_readable;

/// The most descriptors that one wait tells of.
#define JUNCTION_MOST_READABLE 64

/// Makes what waits until one of many descriptors is readable, or `other`, somebody else's poller, has something to tell.
/// Returns a descriptor, or -1.
static inline int junction_poller(int other) {
#if defined(__linux__)
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = other};
  return poller >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, other, &event) == 0 ? poller : -1;
#else
  (void)other;
  int poller = kqueue();
  if (poller >= 0) junction_close_on_exec(poller);
  return poller;
#endif
}

/// Has a descriptor told of as long as it is readable or at its end; with `once`, where the system can do that, for what
/// is there now and whenever more comes. To add it anew is to be told anew. Returns -1 for failure.
static inline int junction_poller_add(int poller, int descriptor, int once) {
#if defined(__linux__)
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | (once ? EPOLLET : 0), .data.fd = descriptor};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0) return 0;
  return errno == EEXIST ? epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) : -1;
#else
  (void)once;
  struct kevent change;
  EV_SET(&change, descriptor, EVFILT_READ, EV_ADD, 0, 0, NULL);
  return kevent(poller, &change, 1, NULL, 0, NULL);
#endif
}

static inline void junction_poller_remove(int poller, int descriptor) {
#if defined(__linux__)
  (void)epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL);
#else
  struct kevent change;
  EV_SET(&change, descriptor, EVFILT_READ, EV_DELETE, 0, 0, NULL);
  (void)kevent(poller, &change, 1, NULL, 0, NULL);
#endif
}

/// Waits at most that many milliseconds (negative: for ever). Puts down what is readable, `other` among it, at most
/// JUNCTION_MOST_READABLE, and returns how much; 0 as well when a signal came.
static inline int junction_poller_wait(int poller, int other, junction_readable *readable, int milliseconds) {
#if defined(__linux__)
  (void)other;
  struct epoll_event found[JUNCTION_MOST_READABLE];
  int count = epoll_wait(poller, found, JUNCTION_MOST_READABLE, milliseconds);
  for (int index = 0; index < count; index += 1) {
    readable[index].descriptor = found[index].data.fd;
    readable[index].has_ended = (found[index].events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0;
  }
  return count > 0 ? count : 0;
#else
  // A kqueue inside another one tells of nothing on some systems (libuv's documentation of uv_backend_fd).
  struct pollfd both[2] = {{.fd = poller, .events = POLLIN}, {.fd = other, .events = POLLIN}};
  if (poll(both, 2, milliseconds) <= 0) return 0;
  struct kevent found[JUNCTION_MOST_READABLE - 1];
  const struct timespec now = {0};
  int count = both[0].revents ? kevent(poller, NULL, 0, found, JUNCTION_MOST_READABLE - 1, &now) : 0;
  if (count < 0) count = 0;
  for (int index = 0; index < count; index += 1) {
    readable[index].descriptor = (int)found[index].ident;
    readable[index].has_ended = (found[index].flags & (EV_EOF | EV_ERROR)) != 0;
  }
  if (both[1].revents) readable[count++].descriptor = other;
  return count;
#endif
}

/// Returns how long libuv may be left alone, in milliseconds: 0 when it has something to do, negative for ever.
static inline int junction_backend_timeout(const uv_loop_t *loop) {
#if UV_VERSION_HEX < 0x012C00
  // Before 1.44 it forgets descriptors that its poller has not been told of yet: the queue's own link says so.
  if (loop->watcher_queue[0] != (void *)&loop->watcher_queue) return 0;
#endif
  return uv_backend_timeout(loop);
}

#define JUNCTION_READABLE 1
#define JUNCTION_WRITABLE 2

/// Waits until the descriptor is readable (or also writable), a signal arrives that only `during` lets through, or that
/// many milliseconds have passed (negative: for ever). The descriptor may be -1. pselect, because it changes the mask
/// atomically and macOS has no ppoll. Returns JUNCTION_ bits, 0 for the rest.
static inline int junction_wait(int descriptor, int wants_writable, int64_t milliseconds, const sigset_t *during) {
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  if (descriptor >= 0) {
    FD_SET(descriptor, &readable);
    if (wants_writable) FD_SET(descriptor, &writable);
  }
  struct timespec timeout = {.tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1000000};
  int ready = pselect(descriptor + 1, &readable, &writable, NULL, milliseconds < 0 ? NULL : &timeout, during);
  if (ready <= 0 || descriptor < 0) return 0;
  return (FD_ISSET(descriptor, &readable) ? JUNCTION_READABLE : 0)
      | (FD_ISSET(descriptor, &writable) ? JUNCTION_WRITABLE : 0);
}

/// Returns how many columns a terminal has, 0 when that is not known.
static inline int junction_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// MARK: Processes

/// Makes this process the parent of its orphaned descendants. macOS has nothing of the kind: there, only process groups
/// and environment markers find what was left behind.
static inline int junction_become_subreaper(void) {
#if defined(__linux__)
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#else
  return 0;
#endif
}

static inline int junction_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

/// Closes every descriptor from `from` on in the new process. On macOS a spawn flag does that.
static inline int junction_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
#if defined(__linux__)
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
#else
  return 0;
#endif
}

/// The spawn flags that every child gets.
static inline short junction_spawn_flags(void) {
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(__APPLE__)
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  return flags;
}

static inline int junction_has_exited(int status) { return WIFEXITED(status); }
static inline int junction_exit_code(int status) { return WEXITSTATUS(status); }
static inline int junction_was_signaled(int status) { return WIFSIGNALED(status); }
static inline int junction_ending_signal(int status) { return WTERMSIG(status); }
static inline int junction_is_stopped(int status) { return WIFSTOPPED(status); }
static inline int junction_stopping_signal(int status) { return WSTOPSIG(status); }
static inline int junction_is_continued(int status) { return WIFCONTINUED(status); }

// MARK: Swift's runtime

/// What the event loop does with a job of Swift's that is meant for the thread pool, on whichever thread it comes up.
void junction_take_job(void *job);

// The runtime's own seam for embedders (Concurrency.h, ConcurrencyHooks.def). Swift cannot set it itself: it has no
// function pointers of its own calling convention.
extern __attribute__((swiftcall)) void (*swift_task_enqueueGlobal_hook)(
    void *job, __attribute__((swiftcall)) void (*pool)(void *job));

static inline __attribute__((swiftcall)) void junction_pass_job(
    void *job, __attribute__((swiftcall)) void (*pool)(void *job)) {
  (void)pool;
  junction_take_job(job);
}

/// Has jobs that are meant for Swift's thread pool given to `junction_take_job` instead.
static inline void junction_replace_pool(void) { swift_task_enqueueGlobal_hook = junction_pass_job; }

#endif
