#ifndef MCP_JUNCTION_CLIBCURL_SHIM_H
#define MCP_JUNCTION_CLIBCURL_SHIM_H

// libcurl as it is used here: loaded when it is needed and not linked, so that a program without it starts, and its
// headers are not needed for the build. The names and numbers are those of its binary interface, which does not change
// within libcurl.so.4 (https://curl.se/libcurl/abi.html). Variadic functions have to be called from C: Swift cannot, and on
// arm64 macOS a call that is not variadic passes its arguments elsewhere.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct junction_curl_list {
  char *text;
  struct junction_curl_list *next;
};

/// What `curl_multi_info_read` returns.
typedef struct {
  int kind;
  void *easy;
  union {
    void *whatever;
    int result;
  } data;
} junction_curl_message;

/// The beginning of what `curl_version_info` returns.
typedef struct {
  int age;
  const char *version;
  unsigned int number;
} junction_curl_version;

/// The certificates of a peer, its own first, each as lines `name:value` (`CURLINFO_CERTINFO`).
typedef struct {
  int count;
  struct junction_curl_list **lines;
} junction_curl_certificates;

/// An address that a socket is to be opened for.
typedef struct {
  int family;
  int kind;
  int protocol;
  unsigned int length;
  struct sockaddr address;
} junction_curl_address;

/// The functions of the library.
typedef struct {
  int (*global_init)(long flags);
  const junction_curl_version *(*version_info)(int age);
  struct junction_curl_list *(*list_append)(struct junction_curl_list *list, const char *text);
  void (*list_free)(struct junction_curl_list *list);
  void *(*easy_init)(void);
  int (*easy_set)(void *easy, int option, ...);
  int (*easy_get)(void *easy, int info, ...);
  int (*easy_pause)(void *easy, int what);
  void (*easy_cleanup)(void *easy);
  const char *(*easy_describe)(int code);
  void *(*multi_init)(void);
  int (*multi_set)(void *multi, int option, ...);
  int (*multi_add)(void *multi, void *easy);
  int (*multi_remove)(void *multi, void *easy);
  int (*multi_socket_action)(void *multi, int socket, int events, int *running);
  junction_curl_message *(*multi_read)(void *multi, int *left);
  void *(*url_init)(void);
  void (*url_cleanup)(void *url);
  int (*url_set)(void *url, int part, const char *text, unsigned int flags);
  int (*url_get)(void *url, int part, char **text, unsigned int flags);
  void (*free)(void *memory);
} junction_curl;

/// Loads the library by its name. Returns what is wrong, or NULL; the text is good until the next call.
static inline const char *junction_curl_load(junction_curl *curl, const char *name) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
#define JUNCTION_CURL_FIND(member, symbol) \
  if ((*(void **)&curl->member = dlsym(library, symbol)) == NULL) return dlerror();
  JUNCTION_CURL_FIND(global_init, "curl_global_init")
  JUNCTION_CURL_FIND(version_info, "curl_version_info")
  JUNCTION_CURL_FIND(list_append, "curl_slist_append")
  JUNCTION_CURL_FIND(list_free, "curl_slist_free_all")
  JUNCTION_CURL_FIND(easy_init, "curl_easy_init")
  JUNCTION_CURL_FIND(easy_set, "curl_easy_setopt")
  JUNCTION_CURL_FIND(easy_get, "curl_easy_getinfo")
  JUNCTION_CURL_FIND(easy_pause, "curl_easy_pause")
  JUNCTION_CURL_FIND(easy_cleanup, "curl_easy_cleanup")
  JUNCTION_CURL_FIND(easy_describe, "curl_easy_strerror")
  JUNCTION_CURL_FIND(multi_init, "curl_multi_init")
  JUNCTION_CURL_FIND(multi_set, "curl_multi_setopt")
  JUNCTION_CURL_FIND(multi_add, "curl_multi_add_handle")
  JUNCTION_CURL_FIND(multi_remove, "curl_multi_remove_handle")
  JUNCTION_CURL_FIND(multi_socket_action, "curl_multi_socket_action")
  JUNCTION_CURL_FIND(multi_read, "curl_multi_info_read")
  JUNCTION_CURL_FIND(url_init, "curl_url")
  JUNCTION_CURL_FIND(url_cleanup, "curl_url_cleanup")
  JUNCTION_CURL_FIND(url_set, "curl_url_set")
  JUNCTION_CURL_FIND(url_get, "curl_url_get")
  JUNCTION_CURL_FIND(free, "curl_free")
#undef JUNCTION_CURL_FIND
  return NULL;
}

// MARK: Options

enum {
  JUNCTION_CURL_URL = 10002,
  JUNCTION_CURL_PROXY = 10004,
  JUNCTION_CURL_ERROR_BUFFER = 10010,
  JUNCTION_CURL_WRITE_FUNCTION = 20011,
  JUNCTION_CURL_WRITE_DATA = 10001,
  JUNCTION_CURL_READ_FUNCTION = 20012,
  JUNCTION_CURL_READ_DATA = 10009,
  JUNCTION_CURL_HEADERS = 10023,
  JUNCTION_CURL_CERTIFICATE = 10025,
  JUNCTION_CURL_KEY = 10087,
  JUNCTION_CURL_HEADER_DATA = 10029,
  JUNCTION_CURL_HEADER_FUNCTION = 20079,
  JUNCTION_CURL_METHOD = 10036,
  JUNCTION_CURL_POST = 47,
  JUNCTION_CURL_POST_SIZE = 30120,
  JUNCTION_CURL_CA_FILE = 10065,
  JUNCTION_CURL_FRESH_CONNECTION = 74,
  JUNCTION_CURL_NO_REUSE = 75,
  JUNCTION_CURL_VERIFIES_CERTIFICATE = 64,
  JUNCTION_CURL_VERIFIES_HOST = 81,
  JUNCTION_CURL_HTTP_VERSION = 84,
  JUNCTION_CURL_NO_SIGNALS = 99,
  JUNCTION_CURL_PRIVATE = 10103,
  JUNCTION_CURL_CONNECTS_ONLY = 141,
  JUNCTION_CURL_CONNECT_TIMEOUT = 156,
  JUNCTION_CURL_OPEN_SOCKET_FUNCTION = 20163,
  JUNCTION_CURL_OPEN_SOCKET_DATA = 10164,
  JUNCTION_CURL_CLOSE_SOCKET_FUNCTION = 20208,
  JUNCTION_CURL_CLOSE_SOCKET_DATA = 10209,
  JUNCTION_CURL_NO_PROXY = 10177,
  JUNCTION_CURL_KEEPS_CERTIFICATES = 172,
  JUNCTION_CURL_PROTOCOLS = 181,
  JUNCTION_CURL_KEEP_ALIVE = 213,
  JUNCTION_CURL_KEEP_ALIVE_IDLE = 214,
  JUNCTION_CURL_UNIX_SOCKET = 10231,
  JUNCTION_CURL_NO_CONNECT_HEADERS = 265,
  JUNCTION_CURL_IDLE_AGE = 288,
  JUNCTION_CURL_READY_FUNCTION = 20312,
  JUNCTION_CURL_READY_DATA = 10313,
  JUNCTION_CURL_QUICK_EXIT = 322,

  JUNCTION_CURL_MULTI_SOCKET_FUNCTION = 20001,
  JUNCTION_CURL_MULTI_SOCKET_DATA = 10002,
  JUNCTION_CURL_MULTI_TIMER_FUNCTION = 20004,
  JUNCTION_CURL_MULTI_TIMER_DATA = 10005,
};

/// Facts about a transfer.
enum {
  JUNCTION_CURL_STATUS = 0x200002,
  JUNCTION_CURL_PROXY_STATUS = 0x200016,
  JUNCTION_CURL_CERTIFICATES = 0x400022,
};

/// Results of transfers, as far as they are told apart.
enum {
  JUNCTION_CURL_OK = 0,
  JUNCTION_CURL_BAD_PROXY_NAME = 5,
  JUNCTION_CURL_BAD_HOST_NAME = 6,
  JUNCTION_CURL_NO_CONNECTION = 7,
  JUNCTION_CURL_TIMED_OUT = 28,
  JUNCTION_CURL_TLS_FAILED = 35,
  JUNCTION_CURL_ABORTED = 42,
  JUNCTION_CURL_NO_ANSWER = 52,
  JUNCTION_CURL_SEND_FAILED = 55,
  JUNCTION_CURL_RECEIVE_FAILED = 56,
  JUNCTION_CURL_BAD_CLIENT_CERTIFICATE = 58,
  JUNCTION_CURL_BAD_CIPHER = 59,
  JUNCTION_CURL_BAD_CERTIFICATE = 60,
  JUNCTION_CURL_CANNOT_REWIND = 65,
  JUNCTION_CURL_BAD_CA_FILE = 77,
  JUNCTION_CURL_BAD_ISSUER = 83,
  JUNCTION_CURL_BAD_PINNED_KEY = 90,
  JUNCTION_CURL_PROXY_FAILED = 97,
  JUNCTION_CURL_BAD_CLIENT_KEY = 98,
};

enum {
  JUNCTION_CURL_WRITE_PAUSE = 0x10000001,
  JUNCTION_CURL_READ_ABORT = 0x10000000,
  JUNCTION_CURL_PAUSE_RECEIVING = 1,
  JUNCTION_CURL_CONTINUE = 0,
  JUNCTION_CURL_SOCKET_TIMEOUT = -1,
  JUNCTION_CURL_BAD_SOCKET = -1,
  JUNCTION_CURL_POLL_REMOVE = 4,
  JUNCTION_CURL_MESSAGE_DONE = 1,
  JUNCTION_CURL_HTTP_AND_HTTPS = 3,
  JUNCTION_CURL_HTTP_1_1 = 2,
  JUNCTION_CURL_HTTP_2_OVER_TLS = 4,
  JUNCTION_CURL_EVERYTHING = 3,
  JUNCTION_CURL_ERROR_SIZE = 256,
  /// 7.80.0, the first to say when a request is about to be sent.
  JUNCTION_CURL_OLDEST = 0x075000,
  /// 7.87.0, the first that does not wait for a look-up that nobody needs any more.
  JUNCTION_CURL_WITH_QUICK_EXIT = 0x075700,
};

/// Parts of an address.
enum {
  JUNCTION_CURL_PART_URL = 0,
  JUNCTION_CURL_PART_SCHEME = 1,
  JUNCTION_CURL_PART_HOST = 5,
  JUNCTION_CURL_PART_PORT = 6,
  JUNCTION_CURL_PART_PATH = 7,
  JUNCTION_CURL_PART_QUERY = 8,
  JUNCTION_CURL_PART_FRAGMENT = 9,
  JUNCTION_CURL_WITH_DEFAULT_PORT = 1,
};

typedef size_t (*junction_curl_data_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*junction_curl_ready_function)(
    void *context, char *remote, char *local, int remote_port, int local_port);
typedef int (*junction_curl_open_function)(void *context, int purpose, junction_curl_address *address);
typedef int (*junction_curl_close_function)(void *context, int socket);
typedef int (*junction_curl_socket_function)(void *easy, int socket, int what, void *context, void *own);
typedef int (*junction_curl_timer_function)(void *multi, long milliseconds, void *context);

static inline int junction_curl_set_number(const junction_curl *curl, void *easy, int option, long value) {
  return curl->easy_set(easy, option, value);
}
static inline int junction_curl_set_size(const junction_curl *curl, void *easy, int option, int64_t value) {
  return curl->easy_set(easy, option, value);
}
static inline int junction_curl_set_pointer(const junction_curl *curl, void *easy, int option, const void *value) {
  return curl->easy_set(easy, option, value);
}
static inline int junction_curl_set_data_function(
    const junction_curl *curl, void *easy, int option, junction_curl_data_function function) {
  return curl->easy_set(easy, option, function);
}
static inline int junction_curl_set_ready_function(
    const junction_curl *curl, void *easy, junction_curl_ready_function function) {
  return curl->easy_set(easy, JUNCTION_CURL_READY_FUNCTION, function);
}
static inline int junction_curl_set_socket_functions(
    const junction_curl *curl, void *easy, junction_curl_open_function open, junction_curl_close_function close) {
  int result = curl->easy_set(easy, JUNCTION_CURL_OPEN_SOCKET_FUNCTION, open);
  return result != 0 ? result : curl->easy_set(easy, JUNCTION_CURL_CLOSE_SOCKET_FUNCTION, close);
}
static inline int junction_curl_get_number(const junction_curl *curl, void *easy, int info, long *value) {
  return curl->easy_get(easy, info, value);
}
/// Returns what the peer has shown; NULL where nothing is known of it. It is good as long as the transfer is.
static inline const junction_curl_certificates *junction_curl_get_certificates(const junction_curl *curl, void *easy) {
  const junction_curl_certificates *certificates = NULL;
  return curl->easy_get(easy, JUNCTION_CURL_CERTIFICATES, &certificates) == 0 ? certificates : NULL;
}
static inline int junction_curl_set_multi_functions(
    const junction_curl *curl, void *multi, junction_curl_socket_function socket, junction_curl_timer_function timer,
    void *context) {
  int result = curl->multi_set(multi, JUNCTION_CURL_MULTI_SOCKET_FUNCTION, socket);
  if (result == 0) result = curl->multi_set(multi, JUNCTION_CURL_MULTI_SOCKET_DATA, context);
  if (result == 0) result = curl->multi_set(multi, JUNCTION_CURL_MULTI_TIMER_FUNCTION, timer);
  if (result == 0) result = curl->multi_set(multi, JUNCTION_CURL_MULTI_TIMER_DATA, context);
  return result;
}

// MARK: Sockets

/// Opens a socket that no program started later inherits, and whose peer is given up when it takes nothing for so many
/// milliseconds. Returns it, or -1.
static inline int junction_curl_open_socket(const junction_curl_address *address, unsigned int patience) {
#if defined(__linux__)
  int descriptor = socket(address->family, address->kind | SOCK_CLOEXEC, address->protocol);
#else
  int descriptor = socket(address->family, address->kind, address->protocol);
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#endif
#if defined(TCP_USER_TIMEOUT)
  if (descriptor >= 0 && address->family != AF_UNIX) {
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  }
#else
  (void)patience;
#endif
  return descriptor;
}

/// Returns the own port of an internet socket; 0 for any other.
static inline int junction_curl_port(int descriptor) {
  union {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
  } name;
  socklen_t length = sizeof name;
  if (getsockname(descriptor, &name.any, &length) != 0) return 0;
  if (name.any.sa_family == AF_INET) return ntohs(name.four.sin_port);
  return name.any.sa_family == AF_INET6 ? ntohs(name.six.sin6_port) : 0;
}

/// Lets nothing more pass through a socket; its owner finds that out.
static inline void junction_curl_shut_socket(int descriptor) { shutdown(descriptor, SHUT_RDWR); }

/// Has the system ask the peer now whether it is still there, and give it up when it says nothing.
static inline void junction_curl_probe_socket(int descriptor) {
  int on = 1, seconds = 2, times = 4;
  setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#if defined(TCP_KEEPIDLE)
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
#elif defined(TCP_KEEPALIVE)
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPALIVE, &seconds, sizeof seconds);
#endif
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
#if defined(TCP_USER_TIMEOUT)
  unsigned int patience = (unsigned int)(seconds * (times + 1)) * 1000;
  setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
#endif
}

static inline int junction_curl_close_socket(int descriptor) { return close(descriptor); }

/// Writes the bytes of an internet address. Returns how many there are: 4, 16, or 0 when it is none.
static inline int junction_curl_address_bytes(const junction_curl_address *address, uint8_t bytes[16]) {
  if (address->family == AF_INET) {
    memcpy(bytes, &((const struct sockaddr_in *)&address->address)->sin_addr, 4);
    return 4;
  }
  if (address->family == AF_INET6) {
    memcpy(bytes, &((const struct sockaddr_in6 *)&address->address)->sin6_addr, 16);
    return 16;
  }
  return 0;
}

#endif
