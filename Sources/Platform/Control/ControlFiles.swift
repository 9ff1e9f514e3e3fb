import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The sockets of running gateways, as files in the runtime directory.
package enum ControlFiles {
  package struct File: Equatable, Sendable {
    /// The gateway that made it.
    package let process: Int32
    package let path: String
  }

  private static let prefix = "gateway-"
  private static let suffix = ".sock"

  /// Returns where the gateway of that process id listens.
  package static func path(in directory: String, process: Int32) -> String {
    "\(directory)/\(prefix)\(process)\(suffix)"
  }

  /// Returns the sockets that somebody listens at, by process id.
  package static func living(in directory: String) -> [File] {
    all(in: directory).filter { isListening(at: $0.path) }.sorted { $0.process < $1.process }
  }

  /// Returns sockets whose gateway has gone without removing them.
  package static func stale(in directory: String) -> [File] {
    all(in: directory).filter { file in
      // A gateway that is just starting has its socket a moment before it listens.
      !isListening(at: file.path) && kill(file.process, 0) != 0 && errno == ESRCH
    }
  }

  /// Removes sockets whose gateway has gone without doing so.
  package static func removeStale(in directory: String) {
    for file in stale(in: directory) { try? FileSystem.remove(file.path) }
  }

  /// Whether somebody listens at a path, be they too busy to answer.
  static func isListening(at path: String) -> Bool {
    let descriptor = junction_connect(path)
    guard descriptor < 0 else {
      Descriptor.close(descriptor)
      return true
    }
    return errno == EAGAIN
  }

  private static func all(in directory: String) -> [File] {
    FileSystem.names(in: directory).compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix),
        let process = Int32(name.dropFirst(prefix.count).dropLast(suffix.count)), process > 0
      else { return nil }
      return File(process: process, path: "\(directory)/\(name)")
    }
  }
}
