import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The directory for what lives as long as its gateway: sockets and container ids. Nobody else can enter it.
package enum RuntimeDirectory {
  /// Returns its path, after making it where it is missing: below `$XDG_RUNTIME_DIR`, else below `/tmp` with the user's
  /// number in its name. One that belongs to somebody else, or that others may enter, is refused with EPERM.
  package static func path() throws(PlatformError) -> String {
    let path =
      if let runtime = Environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") {
        runtime + "/mcp-junction"
      } else {
        "/tmp/mcp-junction-\(geteuid())"
      }
    try FileSystem.makeDirectories(path)
    var status = stat()
    guard lstat(path, &status) == 0 else { throw PlatformError("find", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw PlatformError("use", path: path, code: EPERM)
    }
    return path
  }
}
