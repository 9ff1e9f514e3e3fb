import CLibUV
import Synchronization

/// The one thread that is allowed to run isolated code, known to all.
final class ThreadIdentity: Sendable {
  private let owner = Atomic<UInt>(0)

  private static var current: UInt {
    #if canImport(Darwin)
      UInt(bitPattern: uv_thread_self())
    #else
      uv_thread_self()
    #endif
  }

  var isCurrent: Bool { owner.load(ordering: .relaxed) == Self.current }

  func adoptCurrent() { owner.store(Self.current, ordering: .relaxed) }
}
