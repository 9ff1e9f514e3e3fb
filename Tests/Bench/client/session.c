#define _GNU_SOURCE
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define META \
  "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"load\",\"version\":\"1\"}," \
  "\"io.modelcontextprotocol/clientCapabilities\":{}}"

static const char initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
    "\"capabilities\":{},\"clientInfo\":{\"name\":\"load\",\"version\":\"1\"}}}\n";

static const char discover[] = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"server/discover\",\"params\":{" META "}}\n";

static int occurrences(const char *text, size_t count, const char *word) {
  int found = 0;
  size_t length = strlen(word);
  for (const char *at = text; (at = memmem(at, count - (size_t)(at - text), word, length)); at += length) found++;
  return found;
}

static int list(struct session *session, struct peer *peer, struct target *targets) {
  size_t count;
  peer_say(
      peer, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"tools/list\"%s}\n", (unsigned long long)++session->last_id,
      session->modern ? ",\"params\":{" META "}" : "");
  peer_flush(peer);
  char *answer = peer_answer(peer, &count);
  session->list_bytes += (long)count;
  int found = 0;
  const char *end = answer + count;
  for (char *at = answer; (at = memmem(at, (size_t)(end - at), "echo\"", 5)); at += 5) {
    char *name = memrchr(answer, '"', (size_t)(at - answer));
    if (!name || strncmp(name - 7, "\"name\":", 7) || found == most_targets) continue;
    struct target *target = &targets[found++];
    target->peer = peer;
    snprintf(target->prefix, sizeof target->prefix, "%.*s", (int)(at - name - 1), name + 1);
  }
  return found ? occurrences(answer, count, "\"name\":") : 0;
}

void session_open(struct session *session, const struct options *options) {
  size_t count;
  *session = (struct session){.peer_count = options->copies, .modern = options->modern};
  const char *first = options->modern ? discover : initialize;
  session->started = nanoseconds();
  for (int index = 0; index < options->copies; index++) {
    peer_start(&session->peers[index], options->command, index);
    peer_append(&session->peers[index], first, strlen(first));
    peer_flush(&session->peers[index]);
  }
  for (int index = 0; index < options->copies; index++) {
    char *answer = peer_answer(&session->peers[index], &count);
    if (!strstr(answer, "\"result\"")) fail("the first request was refused: %.300s", answer);
  }
  session->welcomed = nanoseconds();
  int wanted = options->servers / options->copies * options->tools;
  for (int index = 0; index < options->copies && !options->modern; index++) {
    peer_say(&session->peers[index], "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
  }
  for (int index = 0; index < options->copies; index++) {
    struct target *targets = session->targets + session->target_count;
    bool is_first = true;
    while (list(session, &session->peers[index], targets) < wanted) {
      if (is_first) session->listed = nanoseconds();
      is_first = false;
      session->list_bytes = 0;
      if (nanoseconds() - session->started > 60000000000u) fail("the list never became complete");
      usleep(200);
    }
    if (is_first) session->listed = nanoseconds();
    session->target_count += options->servers / options->copies;
  }
  session->completed = nanoseconds();
  for (int index = 0; index < session->target_count; index++) {
    snprintf(session->targets[index].mark, sizeof session->targets[index].mark, "s%d:", index);
  }
}

void session_close(struct session *session) {
  for (int index = 0; index < session->peer_count; index++) peer_stop(&session->peers[index]);
}

uint64_t session_call(struct session *session, struct target *target, const char *tool, const char *arguments) {
  char head[256];
  uint64_t id = ++session->last_id;
  int count = snprintf(
      head, sizeof head, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"tools/call\",\"params\":{\"name\":\"%s%s\",\"arguments\":",
      (unsigned long long)id, target->prefix, tool);
  peer_append(target->peer, head, (size_t)count);
  peer_append(target->peer, arguments, strlen(arguments));
  const char *end = session->modern ? "," META "}}\n" : "}}\n";
  peer_append(target->peer, end, strlen(end));
  return id;
}

void call_text(char *text, uint64_t id, int size) {
  int count = sprintf(text, "k%llu-", (unsigned long long)id);
  if (count < size) memset(text + count, 'x', (size_t)(size - count));
  text[count < size ? size : count] = 0;
}

uint64_t answer_id(const char *line) {
  const char *id = strstr(line, "\"id\":");
  return id ? strtoull(id + 5, NULL, 10) : 0;
}

const char *answer_text(const char *line) {
  if (strstr(line, "\"isError\":true")) return NULL;
  const char *text = strstr(line, "\"text\":\"");
  return text ? text + 8 : NULL;
}

uint64_t session_echo(struct session *session, struct target *target, int size) {
  static char *arguments;
  static int room;
  size_t count;
  if (size + 64 > room) {
    room = size + 64;
    arguments = realloc(arguments, (size_t)room);
    if (!arguments) fail("no memory");
  }
  strcpy(arguments, "{\"text\":\"");
  call_text(arguments + 9, session->last_id + 1, size);
  const size_t length = strlen(arguments + 9);
  strcat(arguments, "\"}");
  uint64_t id = session_call(session, target, "echo", arguments);
  uint64_t start = nanoseconds();
  peer_flush(target->peer);
  char *answer = peer_answer(target->peer, &count);
  uint64_t end = nanoseconds();
  const size_t mark = strlen(target->mark);
  const char *text = answer_text(answer);
  if (answer_id(answer) != id || !text || strncmp(text, target->mark, mark) ||
      memcmp(text + mark, arguments + 9, length)) {
    fail("a wrong answer to call %llu: %.300s", (unsigned long long)id, answer);
  }
  return end - start;
}
