import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// `posix_spawn` as all our children are started: signals as a shell would leave them, and only the descriptors that
/// are meant for them.
enum ProcessLauncher {
  enum Place {
    case newGroup
    case newSession
  }

  /// Starts a program. `descriptors` become 0, 1, 2 and so on; they must lie above those numbers themselves. Returns the
  /// process id, or an `errno`: `posix_spawn` reports what `execve` says. The program's soft limit of open descriptors is
  /// `openFiles`, or else ours.
  static func launch(
    _ executable: String, arguments: [String], environment: [String], directory: String?, place: Place,
    descriptors: [Int32], openFiles: UInt64? = nil
  ) -> Result<Int32, PlatformError> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      let status = posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      guard status == 0 else { return .failure(PlatformError("run", path: executable, code: status)) }
    }
    _ = junction_spawn_close_from(&actions, Int32(descriptors.count))
    if let directory { _ = junction_spawn_change_directory(&actions, directory) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = junction_spawn_flags()
    switch place {
    case .newGroup:
      flags |= Int16(POSIX_SPAWN_SETPGROUP)
      posix_spawnattr_setpgroup(&attributes, 0)
    case .newSession: flags |= Int16(JUNCTION_POSIX_SPAWN_SETSID)
    }
    posix_spawnattr_setflags(&attributes, flags)

    let arguments = CStrings(arguments)
    let environment = CStrings(environment)
    var process: pid_t = 0
    // Not before: the C library refuses to prepare what lies above the limit.
    let status = ResourceLimits.withOpenFiles(openFiles) {
      posix_spawn(&process, executable, &actions, &attributes, arguments.base, environment.base)
    }
    return status == 0 ? .success(process) : .failure(PlatformError("run", path: executable, code: status))
  }
}
