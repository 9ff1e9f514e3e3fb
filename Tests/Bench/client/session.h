// A client's sessions with one or several peers, and the echo tools found behind them.
#ifndef SESSION_H
#define SESSION_H

#include "peer.h"

enum { most_peers = 64, most_targets = 64 };

struct target {
  struct peer *peer;
  // Name of the echo tool up to the word "echo", and what an echo begins with.
  char prefix[64];
  char mark[16];
};

struct options {
  const char *mode;
  // How many peers are started with the command, and how many servers stand behind them all.
  int copies, servers;
  int calls, size, in_flight, tools;
  // The size of a large answer.
  long bytes;
  bool together, modern;
  char **command;
};

struct session {
  struct peer peers[most_peers];
  struct target targets[most_targets];
  int peer_count, target_count;
  // Nanoseconds from the start to the last answer to initialize, to the first list of the last peer, and to the
  // first lists that were complete.
  uint64_t started, welcomed, listed, completed;
  long list_bytes;
  uint64_t last_id;
  bool modern;
};

void session_open(struct session *session, const struct options *options);
void session_close(struct session *session);
// Writes a call to the buffer and returns its id.
uint64_t session_call(struct session *session, struct target *target, const char *tool, const char *arguments);
// Fills `text` with something that no other call has, `size` bytes in all.
void call_text(char *text, uint64_t id, int size);
// Makes one echo call and returns nanoseconds; fails unless the answer is that call's.
uint64_t session_echo(struct session *session, struct target *target, int size);
// Returns the id of an answer.
uint64_t answer_id(const char *line);
// Returns where the text of an answer begins; NULL when it is no result.
const char *answer_text(const char *line);

#endif
