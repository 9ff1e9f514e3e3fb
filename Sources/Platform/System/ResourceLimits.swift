#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The limit of open descriptors, raised for us and left as it was for servers.
package enum ResourceLimits {
  /// Raises the soft limit to the hard one and returns what it was. Some programs close every possible descriptor at
  /// their start, which takes minutes under a high limit.
  package static func raiseOpenFiles() -> UInt64 {
    var limit = current
    let before = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    #if canImport(Darwin)
      // The kernel refuses more than this, whatever the hard limit says.
      limit.rlim_cur = min(limit.rlim_cur, rlim_t(OPEN_MAX))
    #endif
    set(limit)
    return UInt64(before)
  }

  /// Calls `body` under another soft limit, which what it starts inherits; nil leaves the limit as it is.
  static func withOpenFiles<Result>(_ count: UInt64?, _ body: () -> Result) -> Result {
    guard let count else { return body() }
    let before = current
    var limit = before
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    set(limit)
    defer { set(before) }
    return body()
  }

  /// How many descriptors may be open once ``raiseOpenFiles()`` was called.
  package static var mostOpenFiles: UInt64 { UInt64(current.rlim_max) }

  /// The soft limit.
  package static var openFiles: UInt64 { UInt64(current.rlim_cur) }

  #if canImport(Darwin)
    private static var current: rlimit {
      var limit = rlimit()
      getrlimit(RLIMIT_NOFILE, &limit)
      return limit
    }

    private static func set(_ limit: rlimit) {
      var limit = limit
      setrlimit(RLIMIT_NOFILE, &limit)
    }
  #else
    private static var current: rlimit {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return limit
    }

    private static func set(_ limit: rlimit) {
      var limit = limit
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
  #endif
}
