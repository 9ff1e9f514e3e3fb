import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The directory for what lives as long as its gateway: sockets and container ids. Nobody else can enter it.
package enum RuntimeDirectory {
  /// Returns its path, after making it where it is missing: below `parent`, which is the user's `XDG_RUNTIME_DIR`, else
  /// below `/tmp` with the user's number in its name. One that belongs to somebody else, or that others may enter, is
  /// refused with EPERM.
  package static func path(below parent: String?) throws(PlatformError) -> String {
    let path = parent.map { $0 + "/mcp-junction" } ?? "/tmp/mcp-junction-\(geteuid())"
    try FileSystem.makeDirectories(path)
    var status = stat()
    guard lstat(path, &status) == 0 else { throw PlatformError("find", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw PlatformError("use", path: path, code: EPERM)
    }
    return path
  }
}
