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
  /// Returns every process that is marked, with the variable's value; ended ones are left out.
  static func all(in entries: [ProcessTable.Entry]) -> [(entry: ProcessTable.Entry, value: String)] {
    let user = geteuid()
    return entries.compactMap { entry in
      guard !entry.isZombie, owner(of: entry.process) == user, let value = value(of: entry.process) else { return nil }
      return (entry, value)
    }
  }

  /// Returns every process that carries one mark, and all that descend from these.
  static func carrying(_ token: String, in entries: [ProcessTable.Entry]) -> [ProcessTable.Entry] {
    var found: [Int32: ProcessTable.Entry] = [:]
    for (entry, value) in all(in: entries) where value.split(separator: " ").contains(token[...]) {
      found[entry.process] = entry
      for descendant in ProcessTable.descendants(of: entry.process, in: entries) where !descendant.isZombie {
        found[descendant.process] = descendant
      }
    }
    return Array(found.values)
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
