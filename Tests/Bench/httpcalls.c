// Calls a tool over Streamable HTTP by libcurl alone, as a program that is no gateway would, and prints what it measured as
// one line of JSON.
//
//   httpcalls URL [--calls N] [--in-flight N] [--size BYTES] [--cpu N] [--bytes N]
//
// One call after the other on one handle, or N at once by libcurl's own loop. With --bytes one large answer, received whole.
#define _GNU_SOURCE
#include "../../Sources/CLibCurl/shim.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static junction_curl curl;
static int (*perform)(void *easy);
static int (*multi_perform)(void *multi, int *running);
static int (*multi_poll)(void *multi, void *more, unsigned count, int milliseconds, int *ready);
static int (*easy_set)(void *easy, int option, ...);

struct transfer {
  void *easy;
  char body[8192];
  size_t received;
  uint64_t begun;
};

static void fail(const char *words) {
  fprintf(stderr, "httpcalls: %s\n", words);
  exit(1);
}

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  ((struct transfer *)context)->received += size * count;
  return size * count;
}

static void prepare(struct transfer *transfer, const char *url, struct junction_curl_list *fields) {
  transfer->easy = curl.easy_init();
  easy_set(transfer->easy, JUNCTION_CURL_URL, url);
  easy_set(transfer->easy, JUNCTION_CURL_HEADERS, fields);
  easy_set(transfer->easy, JUNCTION_CURL_WRITE_FUNCTION, take);
  easy_set(transfer->easy, JUNCTION_CURL_WRITE_DATA, transfer);
  easy_set(transfer->easy, JUNCTION_CURL_PROXY, "");
}

static void fill(struct transfer *transfer, long id, int size, long bytes) {
  int room = (int)sizeof transfer->body - 128;
  if (bytes) {
    snprintf(
        transfer->body, sizeof transfer->body,
        "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"large\","
        "\"arguments\":{\"bytes\":%ld}}}", id, bytes);
  } else {
    snprintf(
        transfer->body, sizeof transfer->body,
        "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\","
        "\"arguments\":{\"text\":\"%0*ld\"}}}", id, size < room ? size : room, id);
  }
  transfer->received = 0;
  // CURLOPT_POSTFIELDS, which is not copied.
  easy_set(transfer->easy, 10015, transfer->body);
  transfer->begun = nanoseconds();
}

static void check(struct transfer *transfer) {
  long status = 0;
  curl.easy_get(transfer->easy, JUNCTION_CURL_STATUS, &status);
  if (status != 200 || transfer->received < 60) fail("a call was not answered");
}

static void sequential(const char *url, struct junction_curl_list *fields, int calls, int size, long bytes, uint64_t *times) {
  struct transfer transfer;
  prepare(&transfer, url, fields);
  for (int call = -10; call < calls; call++) {
    fill(&transfer, call + 11, size, bytes);
    if (perform(transfer.easy)) fail("a call failed");
    if (call >= 0) times[call] = nanoseconds() - transfer.begun;
    check(&transfer);
    if (bytes && (long)transfer.received < bytes) fail("a large answer is short");
  }
}

static void concurrent(const char *url, struct junction_curl_list *fields, int calls, int most, int size, uint64_t *times) {
  struct transfer *transfers = calloc((size_t)most, sizeof *transfers);
  void *multi = curl.multi_init();
  int sent = 0, answered = 0;
  for (; sent < most && sent < calls; sent++) {
    prepare(&transfers[sent], url, fields);
    easy_set(transfers[sent].easy, JUNCTION_CURL_PRIVATE, &transfers[sent]);
    fill(&transfers[sent], sent + 1, size, 0);
    curl.multi_add(multi, transfers[sent].easy);
  }
  while (answered < calls) {
    int running, left;
    multi_perform(multi, &running);
    for (junction_curl_message *message; (message = curl.multi_read(multi, &left));) {
      void *easy = message->easy;
      struct transfer *transfer = NULL;
      if (message->data.result) fail("a call failed");
      // CURLINFO_PRIVATE
      curl.easy_get(easy, 0x100015, &transfer);
      times[answered++] = nanoseconds() - transfer->begun;
      check(transfer);
      curl.multi_remove(multi, easy);
      if (sent == calls) continue;
      fill(transfer, ++sent, size, 0);
      curl.multi_add(multi, easy);
    }
    if (answered < calls) multi_poll(multi, NULL, 0, 1000, NULL);
  }
}

int main(int count, char **values) {
  int calls = 1000, in_flight = 1, size = 100;
  long bytes = 0;
  if (count < 2) return 2;
  for (int index = 2; index + 1 < count; index += 2) {
    long value = atol(values[index + 1]);
    if (!strcmp(values[index], "--calls")) calls = (int)value;
    else if (!strcmp(values[index], "--in-flight")) in_flight = (int)value;
    else if (!strcmp(values[index], "--size")) size = (int)value;
    else if (!strcmp(values[index], "--bytes")) bytes = value;
    else if (!strcmp(values[index], "--cpu")) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET((int)value, &set);
      if (sched_setaffinity(0, sizeof set, &set)) fail("could not stay on that CPU");
    } else fail("unknown option");
  }
  const char *problem = junction_curl_load(&curl, "libcurl.so.4");
  if (problem) fail(problem);
  void *library = dlopen("libcurl.so.4", RTLD_NOW);
  *(void **)&perform = dlsym(library, "curl_easy_perform");
  *(void **)&multi_perform = dlsym(library, "curl_multi_perform");
  *(void **)&multi_poll = dlsym(library, "curl_multi_poll");
  easy_set = curl.easy_set;
  curl.global_init(JUNCTION_CURL_EVERYTHING);
  struct junction_curl_list *fields = curl.list_append(NULL, "Content-Type: application/json");
  fields = curl.list_append(fields, "Accept: application/json, text/event-stream");
  fields = curl.list_append(fields, "MCP-Protocol-Version: 2025-11-25");
  uint64_t *times = calloc((size_t)calls, sizeof *times), start = nanoseconds();
  if (in_flight > 1) concurrent(values[1], fields, calls, in_flight, size, times);
  else sequential(values[1], fields, calls, size, bytes, times);
  uint64_t elapsed = nanoseconds() - start;
  qsort(times, (size_t)calls, sizeof *times, ascending);
  printf(
      "{\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f,\"rate\":%.0f,\"time\":%.2f}\n", (double)times[calls / 2] / 1000,
      (double)times[calls * 9 / 10] / 1000, (double)times[calls * 99 / 100] / 1000, calls * 1e9 / (double)elapsed,
      (double)times[0] / 1e6);
  return 0;
}
