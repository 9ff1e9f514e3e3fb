// A scripted MCP server that is as fast as one can be: it looks for what it needs and understands nothing.
//
//   upstream [--mark TEXT] [--tools N] [--silent-if PATH] [--together 1] [--era modern] [--http 1]
//
// Tools: "echo" returns its text behind the mark, "pid" its process id, "large" as many bytes as it is asked for; the
// others of N only fill the list. With --silent-if it answers nothing while PATH exists. Each answer is a write of its
// own, as servers do it; with --together all answers to what was read at once are one. It speaks 2025-11-25, or with
// --era modern only 2026-07-28. With --http it serves Streamable HTTP on a port of loopback, which it prints, to up to
// MOST connections that are kept.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 256 };

struct text {
  char *bytes;
  size_t count, room;
};

static struct text input, output, list, large;
static const char *mark = "s";
static int tools = 3, together, modern, http;

static void reserve(struct text *text, size_t more) {
  if (text->count + more <= text->room) return;
  text->room = (text->count + more) * 2;
  text->bytes = realloc(text->bytes, text->room);
  if (!text->bytes) exit(3);
}

static void append(struct text *text, const char *bytes, size_t count) {
  reserve(text, count);
  memcpy(text->bytes + text->count, bytes, count);
  text->count += count;
}

static void say(struct text *text, const char *words) { append(text, words, strlen(words)); }

// Writes it all; returns whether the other end took it.
static int send_all(int descriptor, const char *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t written = write(descriptor, bytes + done, count - done);
    if (written <= 0) return 0;
    done += (size_t)written;
  }
  return 1;
}

static void flush(void) {
  if (!send_all(1, output.bytes, output.count)) exit(0);
  output.count = 0;
}

static void build_list(void) {
  char tool[512];
  say(&list, modern ? "{\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\",\"tools\":[" : "{\"tools\":[");
  for (int index = 0; index < tools; index++) {
    char name[32];
    snprintf(name, sizeof name, "tool_%d", index);
    snprintf(
        tool, sizeof tool,
        "%s{\"name\":\"%s\",\"description\":\"One of the tools that make up a list as long as those of real servers\","
        "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}",
        index ? "," : "", index == 0 ? "echo" : index == 1 ? "pid" : index == 2 ? "large" : name);
    say(&list, tool);
  }
  say(&list, "]}");
}

// Returns what follows `key` in the first bytes of a line.
static const char *after(const char *line, size_t count, const char *key) {
  size_t length = strlen(key);
  const char *found = memmem(line, count < 600 ? count : 600, key, length);
  return found ? found + length : NULL;
}

static int has(const char *line, size_t count, const char *words) { return after(line, count, words) != NULL; }

static int begins(const char *text, const char *words) { return text && !strncmp(text, words, strlen(words)); }

static void call(const char *line, size_t count) {
  if (modern) say(&output, "{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\",\"text\":\"");
  else say(&output, "{\"content\":[{\"type\":\"text\",\"text\":\"");
  if (has(line, count, "\"name\":\"echo\"")) {
    const char *text = after(line, count, "\"text\":\"");
    const char *end = text ? memchr(text, '"', (size_t)(line + count - text)) : NULL;
    say(&output, mark);
    say(&output, ":");
    if (end) append(&output, text, (size_t)(end - text));
  } else if (has(line, count, "\"name\":\"pid\"")) {
    char number[32];
    snprintf(number, sizeof number, "%d", (int)getpid());
    say(&output, number);
  } else if (has(line, count, "\"name\":\"large\"")) {
    const char *bytes = after(line, count, "\"bytes\":");
    size_t wanted = bytes ? strtoul(bytes, NULL, 10) : 0;
    if (large.count < wanted) {
      reserve(&large, wanted - large.count);
      memset(large.bytes + large.count, 'x', wanted - large.count);
      large.count = wanted;
    }
    if (http) {
      append(&output, large.bytes, wanted);
    } else {
      flush();
      if (!send_all(1, large.bytes, wanted)) exit(0);
    }
  }
  say(&output, "\"}]}");
}

static void answer(const char *line, size_t count) {
  const char *method = after(line, count, "\"method\":\"");
  const char *id = after(line, count, "\"id\":");
  if (!method || !id) return;
  const char *end = id;
  while (*end != ',' && *end != '}') end++;
  say(&output, "{\"jsonrpc\":\"2.0\",\"id\":");
  append(&output, id, (size_t)(end - id));
  if (modern && begins(method, "initialize\"")) {
    say(&output, ",\"error\":{\"code\":-32601,\"message\":\"There is no such method.\"}}\n");
    return;
  }
  say(&output, ",\"result\":");
  if (begins(method, "tools/call\"")) {
    call(line, count);
  } else if (begins(method, "tools/list\"")) {
    append(&output, list.bytes, list.count);
  } else if (modern) {
    say(&output, "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                 "\"ttlMs\":0,\"cacheScope\":\"private\","
                 "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}}");
  } else if (begins(method, "initialize\"")) {
    say(&output, "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                 "\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}");
  } else {
    say(&output, "{}");
  }
  say(&output, "}\n");
  if (!together && !http) flush();
}

// Answers what has come of a connection; returns whether it goes on.
static int respond(int descriptor, struct text *asked) {
  for (;;) {
    char head[256];
    const char *end = memmem(asked->bytes, asked->count, "\r\n\r\n", 4);
    if (!end) return 1;
    const char *length = strcasestr(asked->bytes, "content-length:");
    size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
    size_t whole = (size_t)(end - asked->bytes) + 4 + body;
    if (asked->count < whole) return 1;
    int is_post = !strncmp(asked->bytes, "POST", 4);
    if (is_post) answer(end + 4, body);
    int size = snprintf(
        head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        output.count ? "200 OK" : is_post ? "202 Accepted" : "405 Method Not Allowed", output.count);
    // In one piece, as servers do it: two would wait for each other.
    int took = 1;
    if (output.count < 64 * 1024) {
      reserve(&output, (size_t)size);
      memmove(output.bytes + size, output.bytes, output.count);
      memcpy(output.bytes, head, (size_t)size);
      output.count += (size_t)size;
    } else {
      took = send_all(descriptor, head, (size_t)size);
    }
    took = took && send_all(descriptor, output.bytes, output.count);
    output.count = 0;
    if (!took) return 0;
    asked->count -= whole;
    memmove(asked->bytes, asked->bytes + whole, asked->count);
    asked->bytes[asked->count] = 0;
  }
}

static void serve(void) {
  static struct text asked[MOST];
  struct pollfd ends[MOST] = {{socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0}};
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof name;
  if (bind(ends[0].fd, (struct sockaddr *)&name, size) || listen(ends[0].fd, MOST) ||
      getsockname(ends[0].fd, (struct sockaddr *)&name, &size)) exit(2);
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);
  for (int count = 1;;) {
    poll(ends, (nfds_t)count, -1);
    if (ends[0].revents && count < MOST) {
      int on = 1, descriptor = accept(ends[0].fd, NULL, NULL);
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      asked[count].count = 0;
      ends[count++] = (struct pollfd){descriptor, POLLIN, 0};
    }
    for (int index = 1; index < count; index++) {
      if (!ends[index].revents) continue;
      reserve(&asked[index], 64 * 1024);
      ssize_t got = read(ends[index].fd, asked[index].bytes + asked[index].count, 60 * 1024);
      if (got > 0) {
        asked[index].count += (size_t)got;
        asked[index].bytes[asked[index].count] = 0;
        if (respond(ends[index].fd, &asked[index])) continue;
      }
      close(ends[index].fd);
      struct text spare = asked[index];
      asked[index] = asked[--count];
      asked[count] = spare;
      ends[index--] = ends[count];
    }
  }
}

int main(int count, char **arguments) {
  const char *silencer = NULL;
  for (int index = 1; index + 1 < count; index += 2) {
    if (!strcmp(arguments[index], "--mark")) mark = arguments[index + 1];
    else if (!strcmp(arguments[index], "--tools")) tools = atoi(arguments[index + 1]);
    else if (!strcmp(arguments[index], "--silent-if")) silencer = arguments[index + 1];
    else if (!strcmp(arguments[index], "--era")) modern = !strcmp(arguments[index + 1], "modern");
    else if (!strcmp(arguments[index], "--together")) together = atoi(arguments[index + 1]);
    else if (!strcmp(arguments[index], "--http")) http = atoi(arguments[index + 1]);
    else return 2;
  }
  build_list();
  signal(SIGPIPE, SIG_IGN);
  if (http) serve();
  for (size_t searched = 0;;) {
    reserve(&input, 256 * 1024);
    ssize_t got = read(0, input.bytes + input.count, input.room - input.count);
    if (got <= 0) return 0;
    input.count += (size_t)got;
    size_t start = 0;
    char *end;
    while ((end = memchr(input.bytes + searched, '\n', input.count - searched))) {
      size_t stop = (size_t)(end - input.bytes);
      if (!silencer || access(silencer, F_OK)) answer(input.bytes + start, stop - start);
      start = searched = stop + 1;
    }
    input.count -= start;
    memmove(input.bytes, input.bytes + start, input.count);
    searched = input.count;
    flush();
  }
}
