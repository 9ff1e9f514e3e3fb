import CLibUV
import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("What a login needs of the system", .timeLimit(.minutes(1)))
struct LoginTests {
  @Test("The digest is SHA-256, as its standard's examples have it")
  func digest() throws {
    let digest = try #require(Digest())
    func text(_ bytes: [UInt8]) -> String {
      digest.sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(text([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(text(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(text(million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("A lock is held by one at a time, and waited for as long as that is allowed")
  func lock() async throws {
    let directory = try ScratchDirectory()
    let path = directory.path + "/lock"
    try await onLoop {
      let first = try await FileLock.take(path, within: 0)
      await #expect(throws: PlatformError("lock", path: path, code: 110)) { try await FileLock.take(path, within: 20) }
      let waiting = Task { @GatewayActor in try await FileLock.take(path, within: 20_000) }
      first.release()
      first.release()
      try await waiting.value.release()
    }
  }

  @Test("A port of this machine answers on both families, and one that is taken is refused")
  func listener() async throws {
    let listener = try await onLoop {
      try LoopbackListener(port: 0) { connection in
        connection.start { bytes in
          connection.hold()
          connection.answer("got \(bytes.count)")
        }
      }
    }
    let port = await listener.port
    #expect(ask(v6: false, port, "hello") == "got 5")
    #expect(ask(v6: true, port, "hello") == "got 5")
    try await onLoop {
      #expect(throws: PlatformError.self) { try LoopbackListener(port: port) { _ in } }
      listener.close()
      try LoopbackListener(port: port) { _ in }.close()
    }
  }

  /// Sends a text and reads to the end; nil when nobody listens.
  private func ask(v6: Bool, _ port: Int, _ text: String) -> String? {
    let descriptor = socket(v6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = in_port_t(port).bigEndian
    four.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = in_port_t(port).bigEndian
    six.sin6_addr = in6addr_loopback
    func connected<Address>(_ address: inout Address) -> Bool {
      withUnsafeBytes(of: &address) { bytes in
        connect(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
      }
    }
    guard v6 ? connected(&six) : connected(&four) else { return nil }
    _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = 0
    while true {
      let more = bytes[count...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress!, $0.count) }
      guard more > 0 else { return String(decoding: bytes[..<count], as: UTF8.self) }
      count += more
    }
  }
}
