import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What identifies this process among all that ever ran on this machine, and the program that it runs.
package enum OwnProcess {
  package static var id: Int32 { getpid() }

  /// The path of the running program, for people to read and for comparison.
  package static func executablePath() throws(PlatformError) -> String {
    var size = 4096
    return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer throws(PlatformError) in
      let status = uv_exepath(buffer.baseAddress, &size)
      guard status == 0, let base = buffer.baseAddress else {
        throw PlatformError("find the running program", code: -status)
      }
      return String(cString: base)
    }
  }

  /// The path by which to start this program again in another role. On Linux it leads to the running file even when that
  /// was replaced by an update meanwhile.
  package static func image() throws(PlatformError) -> String {
    #if os(Linux)
      if access("/proc/self/exe", X_OK) == 0 { return "/proc/self/exe" }
    #endif
    return try executablePath()
  }

  /// When this process started, in the system's own unit: with its id, unique until the next boot. Zero where the system
  /// does not tell.
  package static var startTime: UInt64 { ProcessTable.entry(getpid())?.startTime ?? 0 }

  /// What is different after each boot; empty where the system does not tell.
  package static var bootIdentity: String {
    guard let bytes = try? FileSystem.read("/proc/sys/kernel/random/boot_id", limit: 256) else { return "" }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// The namespaces in which alone process ids and start times mean something: `pid:[…]`, and `time:[…]` behind it where
  /// that is not the system's own; empty where the system has none.
  package static var namespace: String {
    let time = namespace(of: "time")
    return namespace(of: "pid") + (time == initialTimeNamespace ? "" : time)
  }

  /// The kernel's constant for the namespace that the system begins with (PROC_TIME_INIT_INO).
  private static let initialTimeNamespace = "time:[4026531834]"

  private static func namespace(of kind: String) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return "" }
      let count = readlink("/proc/self/ns/\(kind)", base, buffer.count)
      return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }
  }

  /// The working directory.
  package static func workingDirectory() throws(PlatformError) -> String {
    guard let path = getcwd(nil, 0) else { throw PlatformError("find the working directory", code: errno) }
    defer { free(path) }
    return String(cString: path)
  }
}
