import Glibc
import Platform

/// The program `PlatformPeer`, which the build puts beside the test program.
enum Peer {
  static func path() throws -> String {
    let own = try FileSystem.realPath("/proc/self/exe")
    guard let slash = own.lastIndex(of: "/") else { throw PlatformError("find PlatformPeer", path: own, code: ENOENT) }
    return try FileSystem.realPath(own[..<slash] + "/PlatformPeer")
  }
}
