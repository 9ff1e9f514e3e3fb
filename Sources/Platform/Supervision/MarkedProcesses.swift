import JSONRPC

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The processes of this user that carry ``ProcessMarker``s, found in `/proc/<id>/environ`.
///
/// That is the environment that a program was started with; one that writes over it hides itself, and is found through
/// its parent as long as that carries a mark. There is no such directory on macOS, and nothing is found.
enum MarkedProcesses {
  /// Returns those of the processes that are marked, with the variable's value. Ended ones have no environment any more.
  static func all(among processes: [Int32]) -> [(process: Int32, value: String)] {
    let user = geteuid()
    return processes.compactMap { process in
      // Whose it is matters last: of others only root can read anything.
      guard let value = value(of: process), owner(of: process) == user else { return nil }
      return (process, value)
    }
  }

  /// Returns the marker variable's value in a process's environment, or nil.
  static func value(of process: Int32) -> String? {
    guard let environment = try? FileSystem.read("/proc/\(process)/environ", limit: 4 << 20) else { return nil }
    return value(in: environment)
  }

  /// Finds the marker variable in an environment: variables that end in a zero byte.
  static func value(in environment: [UInt8]) -> String? {
    let name = Array((ProcessMarker.variable + "=").utf8)
    return environment.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        let end = ByteScan.firstIndex(of: 0, in: bytes, from: start) ?? bytes.count
        if end - start > name.count, bytes[start] == name[0], bytes[start..<start + name.count].elementsEqual(name) {
          return String(decoding: bytes[(start + name.count)..<end], as: UTF8.self)
        }
        start = end + 1
      }
      return nil
    }
  }

  private static func owner(of process: Int32) -> uid_t? {
    var status = stat()
    return stat("/proc/\(process)", &status) == 0 ? status.st_uid : nil
  }
}
