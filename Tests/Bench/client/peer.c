#define _GNU_SOURCE
#include "peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, values);
  fputs("\n", stderr);
  va_end(values);
  exit(1);
}

uint64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void peer_start(struct peer *peer, char **arguments, int number) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC)) fail("pipe: %s", strerror(errno));
  char *own[64] = {0};
  for (int index = 0; arguments[index] && index < 63; index++) {
    char *at = strchr(arguments[index], '@');
    if (!at) {
      own[index] = strdup(arguments[index]);
    } else if (asprintf(&own[index], "%.*s%d%s", (int)(at - arguments[index]), arguments[index], number, at + 1) < 0) {
      fail("no memory");
    }
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  int status = posix_spawnp(&peer->pid, own[0], &actions, NULL, own, environ);
  if (status) fail("%s: %s", own[0], strerror(status));
  posix_spawn_file_actions_destroy(&actions);
  for (int index = 0; own[index]; index++) free(own[index]);
  close(input[0]);
  close(output[1]);
  peer->in = input[1];
  peer->out = output[0];
  fcntl(peer->in, F_SETFL, fcntl(peer->in, F_GETFL) | O_NONBLOCK);
}

static void reserve(char **bytes, size_t *room, size_t wanted) {
  if (wanted <= *room) return;
  *room = wanted * 2;
  *bytes = realloc(*bytes, *room);
  if (!*bytes) fail("no memory");
}

void peer_append(struct peer *peer, const char *bytes, size_t count) {
  reserve(&peer->waiting, &peer->waiting_room, peer->waiting_count + count);
  memcpy(peer->waiting + peer->waiting_count, bytes, count);
  peer->waiting_count += count;
}

void peer_say(struct peer *peer, const char *format, ...) {
  va_list values;
  va_start(values, format);
  reserve(&peer->waiting, &peer->waiting_room, peer->waiting_count + 1024);
  peer->waiting_count += (size_t)vsnprintf(peer->waiting + peer->waiting_count, 1024, format, values);
  va_end(values);
}

void peer_flush(struct peer *peer) {
  for (size_t done = 0; done < peer->waiting_count;) {
    ssize_t count = write(peer->in, peer->waiting + done, peer->waiting_count - done);
    if (count > 0) {
      done += (size_t)count;
    } else if (errno == EAGAIN) {
      // Whoever is in between may have to get rid of answers before it takes more.
      struct pollfd ends[2] = {{peer->in, POLLOUT, 0}, {peer->out, POLLIN, 0}};
      poll(ends, 2, -1);
      if (ends[1].revents) peer_read(peer);
    } else if (errno != EINTR) {
      fail("the peer does not read any more: %s", strerror(errno));
    }
  }
  peer->waiting_count = 0;
}

void peer_read(struct peer *peer) {
  if (peer->start == peer->end) peer->start = peer->searched = peer->end = 0;
  if (peer->room - peer->end < 128 * 1024 && peer->start > 0) {
    memmove(peer->bytes, peer->bytes + peer->start, peer->end - peer->start);
    peer->end -= peer->start;
    peer->searched -= peer->start;
    peer->start = 0;
  }
  reserve(&peer->bytes, &peer->room, peer->end + 128 * 1024);
  ssize_t count = read(peer->out, peer->bytes + peer->end, peer->room - peer->end);
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) fail("the peer closed its output");
  if (count > 0) peer->end += (size_t)count;
}

char *peer_taken_line(struct peer *peer, size_t *count) {
  char *end = memchr(peer->bytes + peer->searched, '\n', peer->end - peer->searched);
  if (!end) {
    peer->searched = peer->end;
    return NULL;
  }
  char *line = peer->bytes + peer->start;
  *end = 0;
  *count = (size_t)(end - line);
  peer->start = peer->searched = (size_t)(end - peer->bytes) + 1;
  return line;
}

char *peer_answer(struct peer *peer, size_t *count) {
  for (;;) {
    char *line = peer->bytes ? peer_taken_line(peer, count) : NULL;
    if (!line) {
      peer_read(peer);
      continue;
    }
    if (memmem(line, *count < 100 ? *count : 100, "\"id\":", 5)) return line;
  }
}

void peer_stop(struct peer *peer) {
  close(peer->in);
  uint64_t limit = nanoseconds() + 5000000000u;
  struct pollfd end = {peer->out, POLLIN, 0};
  char rest[65536];
  while (nanoseconds() < limit && poll(&end, 1, 100) >= 0) {
    if (end.revents && read(peer->out, rest, sizeof rest) <= 0) break;
  }
  while (waitpid(peer->pid, NULL, WNOHANG) == 0) {
    if (nanoseconds() >= limit) kill(peer->pid, SIGKILL);
    usleep(500);
  }
  close(peer->out);
  free(peer->bytes);
  free(peer->waiting);
  *peer = (struct peer){0};
}

static uint64_t number_in(const char *path) {
  unsigned long long value = 0;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%llu", &value) != 1) value = 0;
  fclose(file);
  return value;
}

uint64_t cpu_time(pid_t pid) {
  char path[320];
  uint64_t sum = 0;
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *tasks = opendir(path);
  for (struct dirent *task; tasks && (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, task->d_name);
    sum += number_in(path);
  }
  if (tasks) closedir(tasks);
  return sum;
}

static void add_sizes(const char *pid, long *pss, long *rss) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%.16s/smaps_rollup", pid);
  FILE *file = fopen(path, "r");
  long value;
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "Pss: %ld", &value) == 1) *pss += value;
    if (sscanf(line, "Rss: %ld", &value) == 1) *rss += value;
  }
  if (file) fclose(file);
}

static bool program(const char *pid, char *path, size_t room) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%.16s/exe", pid);
  ssize_t count = readlink(link, path, room - 1);
  if (count < 0) return false;
  path[count] = 0;
  return true;
}

static int parent(const char *pid) {
  char path[64];
  int found = 0;
  snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%*d (%*[^)]) %*c %d", &found) != 1) found = 0;
  fclose(file);
  return found;
}

void footprint(pid_t pid, long *pss, long *rss) {
  char own[16], own_program[4096], other[4096];
  *pss = *rss = 0;
  snprintf(own, sizeof own, "%d", (int)pid);
  if (!program(own, own_program, sizeof own_program)) fail("process %s is gone", own);
  add_sizes(own, pss, rss);
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; (entry = readdir(processes));) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || parent(entry->d_name) != pid) continue;
    if (program(entry->d_name, other, sizeof other) && !strcmp(own_program, other)) {
      add_sizes(entry->d_name, pss, rss);
    }
  }
  closedir(processes);
}
