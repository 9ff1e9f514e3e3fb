// A process that is spoken to in lines over its standard streams.
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct peer {
  pid_t pid;
  int in, out;
  char *bytes;
  size_t start, searched, end, room;
  char *waiting;
  size_t waiting_count, waiting_room;
};

// Starts a program; a '@' in an argument becomes `number`.
void peer_start(struct peer *peer, char **arguments, int number);
// Writes all that waits behind the last flush, and returns when it is written.
void peer_flush(struct peer *peer);
void peer_append(struct peer *peer, const char *bytes, size_t count);
void peer_say(struct peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Reads once. Ends the program when there is nothing more.
void peer_read(struct peer *peer);
// Returns a line that has been read already, its end replaced by 0; NULL when none is complete.
char *peer_taken_line(struct peer *peer, size_t *count);
// Returns the next answer, passing over notifications.
char *peer_answer(struct peer *peer, size_t *count);
// Closes its input and waits for its end; after 5 s it is killed.
void peer_stop(struct peer *peer);

uint64_t nanoseconds(void);
// CPU time of a process in nanoseconds.
uint64_t cpu_time(pid_t pid);
// Sizes in KiB of a process and those of its children that run the same program.
void footprint(pid_t pid, long *pss, long *rss);
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
