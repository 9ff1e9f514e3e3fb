// A raw byte relay in front of one server: what any process in between costs at the least.
//
//   relay COMMAND [ARGUMENT...]
//
// One 64 KiB buffer per direction, poll, read and write, nothing else.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>

enum { room = 64 * 1024 };

struct direction {
  int from, to;
  size_t start, end;
  char bytes[room];
};

static struct direction down, up;
extern char **environ;

// Returns whether the direction is still open.
static int move(struct direction *way, short readable, short writable) {
  if (way->start == way->end && readable) {
    ssize_t count = read(way->from, way->bytes, room);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return 0;
    way->start = 0;
    way->end = count > 0 ? (size_t)count : 0;
    writable = 1;
  }
  if (way->start < way->end && writable) {
    ssize_t count = write(way->to, way->bytes + way->start, way->end - way->start);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return 0;
    if (count > 0) way->start += (size_t)count;
  }
  return 1;
}

static void watch(struct pollfd *ends, const struct direction *way) {
  int is_empty = way->start == way->end;
  ends[0] = (struct pollfd){is_empty ? way->from : -1, POLLIN, 0};
  ends[1] = (struct pollfd){is_empty ? -1 : way->to, POLLOUT, 0};
}

int main(int count, char **arguments) {
  int input[2], output[2];
  pid_t child;
  if (count < 2 || pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC)) return 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  if (posix_spawnp(&child, arguments[1], &actions, NULL, arguments + 1, environ)) {
    perror(arguments[1]);
    return 2;
  }
  close(input[0]);
  close(output[1]);
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
  fcntl(input[1], F_SETFL, fcntl(input[1], F_GETFL) | O_NONBLOCK);
  up = (struct direction){.from = 0, .to = input[1]};
  down = (struct direction){.from = output[0], .to = 1};
  for (int is_open = 1; is_open;) {
    struct pollfd ends[4];
    watch(ends, &up);
    watch(ends + 2, &down);
    if (poll(ends, 4, -1) < 0) continue;
    is_open = move(&up, ends[0].revents, ends[1].revents) && move(&down, ends[2].revents, ends[3].revents);
  }
  return 0;
}
