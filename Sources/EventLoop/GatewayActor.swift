/// The actor that owns all mutable state of the gateway; its executor is the event loop.
@globalActor package actor GatewayActor {
  package static let shared = GatewayActor()
  package nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

  /// Enters the actor synchronously from a C callback that libuv made on the loop thread.
  ///
  /// It casts isolation away, the way `MainActor.assumeIsolated` does; debug builds check the thread first.
  package static func assumeIsolated<T>(_ body: @GatewayActor () throws -> T) rethrows -> T {
    typealias NoActor = () throws -> T
    assert(EventLoop.shared.isCurrent, "not on the loop thread")
    return try withoutActuallyEscaping(body) { (isolated: @escaping @GatewayActor () throws -> T) throws -> T in
      try unsafeBitCast(isolated, to: NoActor.self)()
    }
  }
}
