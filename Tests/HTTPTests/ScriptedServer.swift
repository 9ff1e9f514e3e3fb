import Glibc
import Synchronization

/// A server on loopback that does with each connection, on a thread of its own, what a script says.
final class ScriptedServer: Sendable {
  /// One connection, seen from the server.
  struct Connection: Sendable {
    let descriptor: Int32
    /// Counted from 0.
    let number: Int

    /// Reads a request with the body that its length says; empty at the end of the connection.
    func request() -> String {
      var bytes: [UInt8] = []
      while true {
        if let text = String(validating: bytes, as: UTF8.self), let end = text.firstRange(ofText: "\r\n\r\n") {
          let length = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: " ").last ?? "") }
          if bytes.count >= end + 4 + (length ?? 0) { return text }
        }
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += piece[..<count]
      }
    }

    /// Returns false when the peer takes nothing any more.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    func answer(_ body: String, status: String = "200 OK", fields: String = "") {
      send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }
  }

  let port: UInt16
  private let listener: Int32
  private let accepted = Atomic<Int>(0)

  /// How many connections there were.
  var connections: Int { accepted.load(ordering: .sequentiallyConsistent) }
  var url: String { "http://127.0.0.1:\(port)/mcp" }

  init(_ script: @escaping @Sendable (Connection) -> Void) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) | listen(descriptor, 64) | getsockname(descriptor, address, &length)
      }
    }
    precondition(status == 0, "no port on loopback")
    port = UInt16(bigEndian: address.sin_port)
    Self.thread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        let number = accepted.add(1, ordering: .sequentiallyConsistent).oldValue
        Self.thread {
          script(Connection(descriptor: connection, number: number))
          close(connection)
        }
      }
    }
  }

  /// Lets nobody in any more.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    precondition(status == 0, "no thread for a server")
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

extension String {
  /// Returns how many bytes stand before a text.
  fileprivate func firstRange(ofText text: String) -> Int? {
    let (bytes, wanted) = (Array(utf8), Array(text.utf8))
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
  }
}
