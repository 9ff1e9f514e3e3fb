import CLibUV
package import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A TCP port of this machine alone, on both families, since one program's `localhost` is the other's `::1`.
///
/// Where the machine has no IPv6, IPv4 suffices.
@GatewayActor
package final class LoopbackListener {
  /// Connections at one time; further ones are closed at once.
  private static let connectionLimit = 16

  package let port: Int
  private let onConnection: @GatewayActor (LoopbackConnection) -> Void
  private var handles: [UnsafeMutablePointer<uv_tcp_t>] = []
  private var connections: [ObjectIdentifier: LoopbackConnection] = [:]

  /// Listens until ``close()``.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free on both families.
  ///   - onConnection: gets each connection, before it has read anything.
  package init(port: Int, onConnection: @escaping @GatewayActor (LoopbackConnection) -> Void) throws(PlatformError) {
    self.onConnection = onConnection
    var opened: [UnsafeMutablePointer<uv_tcp_t>] = []
    var failure: PlatformError?
    // A port that is free on one family may be taken on the other.
    for _ in 0..<(port == 0 ? 8 : 1) {
      do throws(PlatformError) {
        opened = try Self.open(port)
        failure = nil
        break
      } catch { failure = error }
    }
    if let failure { throw failure }
    handles = opened
    self.port = Self.port(of: opened[0])
    for handle in opened { handle.pointee.data = Unmanaged.passUnretained(self).toOpaque() }
    for handle in opened {
      let status = Self.withStream(handle) { stream in
        uv_listen(stream, Int32(Self.connectionLimit)) { stream, status in
          let listener = Unmanaged<LoopbackListener>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
          GatewayActor.assumeIsolated { if status == 0 { listener.accept(stream!) } }
        }
      }
      guard status == 0 else {
        close()
        throw PlatformError("listen at port \(port)", code: -status)
      }
    }
  }

  /// Listens no longer, and ends who has no answer yet; the others get theirs. Idempotent.
  package func close() {
    for handle in handles { Self.release(handle) }
    handles = []
    for connection in connections.values where !connection.isAnswered { connection.close() }
  }

  isolated deinit { close() }

  // MARK: - Sockets

  private static func open(_ port: Int) throws(PlatformError) -> [UnsafeMutablePointer<uv_tcp_t>] {
    let four = try bind("127.0.0.1", port)
    do throws(PlatformError) {
      return [four, try bind("::1", self.port(of: four))]
    } catch {
      guard error.code == EADDRINUSE else { return [four] }
      release(four)
      throw error
    }
  }

  private static func bind(_ host: String, _ port: Int) throws(PlatformError) -> UnsafeMutablePointer<uv_tcp_t> {
    let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
    uv_tcp_init(EventLoop.shared.handle, handle)
    var address = sockaddr_storage()
    var status = withUnsafeMutablePointer(to: &address) { pointer in
      let raw = UnsafeMutableRawPointer(pointer)
      let status =
        host.contains(":")
        ? uv_ip6_addr(host, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
        : uv_ip4_addr(host, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
      return status == 0 ? uv_tcp_bind(handle, raw.assumingMemoryBound(to: sockaddr.self), 0) : status
    }
    // That a port is in use libuv tells later, and by having no name for the socket until then.
    if status == 0, self.port(of: handle) == 0 { status = -EADDRINUSE }
    guard status == 0 else {
      release(handle)
      throw PlatformError("listen at port \(port)", code: -status)
    }
    return handle
  }

  private static func port(of handle: UnsafeMutablePointer<uv_tcp_t>) -> Int {
    var address = sockaddr_storage()
    var size = Int32(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      let raw = UnsafeMutableRawPointer(pointer)
      guard uv_tcp_getsockname(handle, raw.assumingMemoryBound(to: sockaddr.self), &size) == 0 else { return 0 }
      // Both families have the port at the same place.
      return Int(UInt16(bigEndian: raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port))
    }
  }

  private func accept(_ listener: UnsafeMutablePointer<uv_stream_t>) {
    let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
    uv_tcp_init(EventLoop.shared.handle, handle)
    // Only the descriptor is wanted; the handle that brought it goes at once.
    defer { Self.release(handle) }
    var own: Int32 = -1
    guard Self.withStream(handle, { uv_accept(listener, $0) }) == 0, connections.count < Self.connectionLimit,
      uv_fileno(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self), &own) == 0,
      let descriptor = try? Descriptor.duplicate(own), let connection = try? LoopbackConnection(taking: descriptor)
    else { return }
    let id = ObjectIdentifier(connection)
    connections[id] = connection
    connection.onEnd = { [weak self] in self?.connections[id] = nil }
    onConnection(connection)
  }

  private static func withStream<Result>(
    _ handle: UnsafeMutablePointer<uv_tcp_t>, _ body: (UnsafeMutablePointer<uv_stream_t>) -> Result
  ) -> Result { body(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)) }

  private static func release(_ handle: UnsafeMutablePointer<uv_tcp_t>) {
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }
}
