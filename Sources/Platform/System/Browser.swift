#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The person's web browser.
package enum Browser {
  /// Whether there is one to open, as far as the environment tells.
  package static func isThere(_ environment: [String: String]) -> Bool {
    #if canImport(Darwin)
      environment["SSH_CONNECTION"] == nil
    #else
      ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"].contains { environment[$0]?.isEmpty == false }
    #endif
  }

  /// Shows an address, through the desktop's own program and no shell. The address is one of ours, made of parts that were
  /// checked.
  package static func show(
    _ address: String, environment: [String: String]
  ) throws(PlatformError) {
    #if canImport(Darwin)
      let program = "open"
    #else
      let program = "xdg-open"
    #endif
    guard
      case .success(let executable) = ExecutableSearch.resolve(program, path: environment["PATH"], base: "/")
    else { throw PlatformError("find", path: program, code: ENOENT) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { throw PlatformError("open", path: "/dev/null", code: errno) }
    defer { Descriptor.close(null) }
    let started = ProcessLauncher.launch(
      executable, arguments: [program, address], environment: environment.map { "\($0)=\($1)" }, directory: nil,
      place: .newSession, descriptors: [null, null, null])
    if case .failure(let failure) = started { throw failure }
  }
}
