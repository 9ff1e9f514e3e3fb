// Puts load on a command that speaks MCP over stdio and prints what it measured as one line of JSON.
//
//   load MODE [--servers N] [--copies N] [--calls N] [--size BYTES] [--in-flight N] [--tools N] [--bytes N] [--together 1]
//        [--era modern] [--cpu N] [--whole-turns 1] -- COMMAND [ARGUMENT...]
//
// With --copies N the command is started N times, '@' in its arguments being the number: that is the direct way to N
// servers. Each call is a write of its own, as clients do it; with --together those that answers let go at once are one.
// Every answer is compared with its call; a wrong one ends the program with status 1.
#define _GNU_SOURCE
#include "session.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct session session;

static int ascending(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static double mean(const uint64_t *times, int count) {
  uint64_t sum = 0;
  for (int index = 0; index < count; index++) sum += times[index];
  return (double)sum / count / 1000;
}

static double quantile(const uint64_t *sorted, int count, double part) {
  return (double)sorted[(int)((double)(count - 1) * part)] / 1000;
}

// Returns the number of allocations that a process has made under `allocations.so`.
static unsigned long allocations(pid_t pid) {
  const char *place = getenv("BENCH_ALLOCATIONS");
  char path[4096];
  unsigned long value = 0;
  if (!place) return 0;
  snprintf(path, sizeof path, "%s/%d", place, (int)pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fread(&value, sizeof value, 1, file) != 1) value = 0;
  fclose(file);
  return value;
}

// One call after the other.
static void sequential(const struct options *options) {
  uint64_t *times = calloc((size_t)options->calls, sizeof *times);
  session_open(&session, options);
  pid_t pid = session.peers[0].pid;
  for (int call = 0; call < options->calls / 10 + 10; call++) session_echo(&session, &session.targets[0], options->size);
  uint64_t cpu = cpu_time(pid);
  unsigned long allocated = allocations(pid);
  for (int call = 0; call < options->calls; call++) {
    times[call] = session_echo(&session, &session.targets[0], options->size);
  }
  allocated = allocations(pid) - allocated;
  cpu = cpu_time(pid) - cpu;
  qsort(times, (size_t)options->calls, sizeof *times, ascending);
  printf(
      "{\"mean\":%.2f,\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f,\"cpu\":%.3f,\"allocations\":%.3f}\n",
      mean(times, options->calls), quantile(times, options->calls, 0.5), quantile(times, options->calls, 0.9),
      quantile(times, options->calls, 0.99), (double)cpu / 1000 / options->calls, (double)allocated / options->calls);
  free(times);
}

// What is known of a call in flight.
struct call {
  uint64_t begun;
  int server;
};

// Writes a call to a server and notes which server it went to, and when.
static void send_call(const struct options *options, int server, uint64_t now, uint64_t first, struct call *made) {
  char text[4096], arguments[4200];
  struct target *target = &session.targets[server];
  call_text(text, session.last_id + 1, options->size);
  snprintf(arguments, sizeof arguments, "{\"text\":\"%s\"}", text);
  struct call *call = &made[session_call(&session, target, "echo", arguments) - first];
  *call = (struct call){now, server};
  if (!options->together) peer_flush(target->peer);
}

// Many calls at once: each answer lets the next call to the same server go.
static void concurrent(const struct options *options) {
  session_open(&session, options);
  const uint64_t first = session.last_id + 1;
  struct call *made = calloc((size_t)options->calls, sizeof *made);
  uint64_t *times = calloc((size_t)options->calls, sizeof *times);
  char text[4096];
  int sent = 0, answered = 0, wrong = 0;
  uint64_t cpu = cpu_time(session.peers[0].pid), start = nanoseconds();
  struct pollfd ends[most_peers];
  for (int index = 0; index < session.peer_count; index++) {
    ends[index] = (struct pollfd){session.peers[index].out, POLLIN, 0};
  }
  for (int call = 0; call < options->in_flight && call < options->calls; call++, sent++) {
    send_call(options, call % session.target_count, nanoseconds(), first, made);
  }
  for (int index = 0; index < session.peer_count; index++) peer_flush(&session.peers[index]);
  while (answered < options->calls) {
    if (poll(ends, (nfds_t)session.peer_count, 10000) == 0) break;
    for (int index = 0; index < session.peer_count; index++) {
      if (!ends[index].revents) continue;
      struct peer *peer = &session.peers[index];
      size_t count;
      peer_read(peer);
      // One look at the clock for all answers that were read at once: it must not become the load.
      const uint64_t now = nanoseconds();
      for (char *line; (line = peer_taken_line(peer, &count));) {
        if (!memmem(line, count < 100 ? count : 100, "\"id\":", 5)) continue;
        uint64_t id = answer_id(line);
        const char *answer = answer_text(line);
        answered++;
        if (id < first || id >= first + (uint64_t)sent || made[id - first].server < 0 || !answer) {
          wrong++;
          continue;
        }
        struct call *call = &made[id - first];
        int server = call->server;
        times[answered - 1] = now - call->begun;
        const char *mark = session.targets[server].mark;
        const size_t length = strlen(mark);
        call_text(text, id, options->size);
        if (strncmp(answer, mark, length) || strncmp(answer + length, text, strlen(text))) wrong++;
        call->server = -1;
        if (sent < options->calls) {
          send_call(options, server, now, first, made);
          sent++;
        }
      }
      peer_flush(peer);
    }
  }
  uint64_t elapsed = nanoseconds() - start;
  cpu = cpu_time(session.peers[0].pid) - cpu;
  qsort(times, (size_t)answered, sizeof *times, ascending);
  printf(
      "{\"rate\":%.0f,\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f,\"cpu\":%.3f,\"wrong\":%d,\"lost\":%d}\n",
      answered * 1e9 / (double)elapsed, quantile(times, answered, 0.5), quantile(times, answered, 0.9),
      quantile(times, answered, 0.99), (double)cpu / 1000 / answered, wrong, options->calls - answered);
  free(made);
  free(times);
}

// From the start of the process to what a client needs of it.
static void start(const struct options *options) {
  session_open(&session, options);
  printf(
      "{\"welcomed\":%.3f,\"listed\":%.3f,\"completed\":%.3f,\"bytes\":%ld}\n",
      (double)(session.welcomed - session.started) / 1e6, (double)(session.listed - session.started) / 1e6,
      (double)(session.completed - session.started) / 1e6, session.list_bytes);
}

// The same list again and again.
static void list(const struct options *options) {
  uint64_t *times = calloc((size_t)options->calls, sizeof *times);
  size_t count = 0;
  session_open(&session, options);
  struct peer *peer = &session.peers[0];
  for (int call = 0; call < options->calls; call++) {
    uint64_t begun = nanoseconds();
    peer_say(peer, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/list\"}\n", 1000 + call);
    peer_flush(peer);
    peer_answer(peer, &count);
    times[call] = nanoseconds() - begun;
  }
  qsort(times, (size_t)options->calls, sizeof *times, ascending);
  printf("{\"p50\":%.2f,\"bytes\":%zu}\n", quantile(times, options->calls, 0.5), count);
  free(times);
}

// Sizes when idle and after many calls.
static void memory(const struct options *options) {
  long pss, rss, later_pss, later_rss;
  session_open(&session, options);
  usleep(500000);
  footprint(session.peers[0].pid, &pss, &rss);
  // What the first calls need once is no growth.
  for (int call = 0; call < options->calls / 10; call++) {
    session_echo(&session, &session.targets[call % session.target_count], 100);
  }
  long warm_pss, warm_rss;
  footprint(session.peers[0].pid, &warm_pss, &warm_rss);
  for (int call = 0; call < options->calls; call++) {
    session_echo(&session, &session.targets[call % session.target_count], 100);
  }
  footprint(session.peers[0].pid, &later_pss, &later_rss);
  printf(
      "{\"pss\":%.2f,\"rss\":%.2f,\"warm\":%.2f,\"later\":%.2f}\n", (double)pss / 1024, (double)rss / 1024,
      (double)warm_pss / 1024, (double)later_pss / 1024);
}

// A large answer of one server, and small calls to another one meanwhile.
static void large(const struct options *options) {
  char arguments[64];
  size_t count;
  double best = 0, worst_small = 0;
  session_open(&session, options);
  struct target *big = &session.targets[0], *small = session.target_count > 1 ? &session.targets[1] : NULL;
  snprintf(arguments, sizeof arguments, "{\"bytes\":%ld}", options->bytes);
  for (int round = 0; round < options->calls; round++) {
    uint64_t id = session_call(&session, big, "large", arguments), begun = nanoseconds(), asked = 0, small_id = 0;
    double slowest = 0, time = 0;
    peer_flush(big->peer);
    for (bool is_over = false; !is_over;) {
      if (small && !small_id) {
        small_id = session_call(&session, small, "echo", "{\"text\":\"small\"}");
        asked = nanoseconds();
        peer_flush(small->peer);
      }
      char *line = peer_answer(big->peer, &count);
      if (answer_id(line) == id) {
        if ((long)count < options->bytes) fail("a large answer is short: %.300s", line);
        time = (double)(nanoseconds() - begun) / 1e6;
        is_over = true;
        if (small_id) line = peer_answer(small->peer, &count);
      }
      if (small_id && answer_id(line) == small_id) {
        double delay = (double)(nanoseconds() - asked) / 1e6;
        if (delay > slowest) slowest = delay;
        small_id = 0;
      }
    }
    // The first round makes buffers grow on all sides.
    if (round == 0) continue;
    if (best == 0 || time < best) best = time;
    if (slowest > worst_small) worst_small = slowest;
  }
  printf("{\"time\":%.2f,\"small\":%.2f}\n", best, worst_small);
}

// A server is killed, and called again.
static void recovery(const struct options *options) {
  char pid[32] = {0};
  size_t count;
  session_open(&session, options);
  struct target *target = &session.targets[0];
  session_call(&session, target, "pid", "{}");
  peer_flush(target->peer);
  const char *text = answer_text(peer_answer(target->peer, &count));
  if (!text || sscanf(text, "%30[0-9]", pid) != 1) fail("the server did not tell its process id");
  usleep(100000);
  kill(atoi(pid), SIGKILL);
  uint64_t begun = nanoseconds();
  int refusals = 0;
  for (;;) {
    session_call(&session, target, "echo", "{\"text\":\"again\"}");
    peer_flush(target->peer);
    if (answer_text(peer_answer(target->peer, &count))) break;
    refusals++;
    if (nanoseconds() - begun > 20000000000u) fail("the server did not come back");
  }
  printf("{\"time\":%.2f,\"refusals\":%d}\n", (double)(nanoseconds() - begun) / 1e6, refusals);
}

int main(int count, char **values) {
  static const struct {
    const char *name;
    void (*run)(const struct options *);
  } modes[] = {
      {"sequential", sequential}, {"concurrent", concurrent}, {"start", start},       {"list", list},
      {"memory", memory},         {"large", large},           {"recovery", recovery},
  };
  struct options options = {.mode = count > 1 ? values[1] : "", .copies = 1, .servers = 1, .calls = 1000, .size = 100,
                            .in_flight = 1, .tools = 3, .bytes = 1024};
  int index = 2;
  for (; index + 1 < count && strcmp(values[index], "--"); index += 2) {
    long value = atol(values[index + 1]);
    if (!strcmp(values[index], "--copies")) options.copies = (int)value;
    else if (!strcmp(values[index], "--servers")) options.servers = (int)value;
    else if (!strcmp(values[index], "--calls")) options.calls = (int)value;
    else if (!strcmp(values[index], "--size")) options.size = (int)value;
    else if (!strcmp(values[index], "--in-flight")) options.in_flight = (int)value;
    else if (!strcmp(values[index], "--tools")) options.tools = (int)value;
    else if (!strcmp(values[index], "--bytes")) options.bytes = value;
    else if (!strcmp(values[index], "--together")) options.together = value != 0;
    else if (!strcmp(values[index], "--era")) options.modern = !strcmp(values[index + 1], "modern");
    else if (!strcmp(values[index], "--cpu")) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET((int)value, &set);
      if (sched_setaffinity(0, sizeof set, &set)) fail("could not stay on CPU %ld", value);
    } else if (!strcmp(values[index], "--whole-turns")) {
      // Those that are started inherit it, as they inherit the CPU.
      const struct sched_param none = {0};
      if (value && sched_setscheduler(0, SCHED_BATCH, &none)) fail("could not have whole turns");
    } else fail("unknown option %s", values[index]);
  }
  if (index + 1 >= count) fail("no command after --");
  if (options.copies > most_peers || options.servers > most_targets) fail("too many servers");
  options.command = values + index + 1;
  signal(SIGPIPE, SIG_IGN);
  for (size_t mode = 0; mode < sizeof modes / sizeof *modes; mode++) {
    if (strcmp(modes[mode].name, options.mode)) continue;
    modes[mode].run(&options);
    session_close(&session);
    return 0;
  }
  fail("unknown mode %s", options.mode);
}
