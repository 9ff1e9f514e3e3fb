#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One gateway among all that ever ran on this machine.
package struct GatewayIdentity: Hashable, Sendable {
  package let process: Int32
  /// When it started, in the system's unit: process ids are used again, both together are not.
  package let startTime: UInt64
  /// The boot in which the start time counts.
  package let boot: String
  /// The namespace in which the process id counts.
  package let namespace: String

  package init(process: Int32, startTime: UInt64, boot: String, namespace: String) {
    self.process = process
    self.startTime = startTime
    self.boot = boot
    self.namespace = namespace
  }

  /// This process.
  package static var own: GatewayIdentity {
    GatewayIdentity(
      process: OwnProcess.id, startTime: OwnProcess.startTime, boot: OwnProcess.bootIdentity,
      namespace: OwnProcess.namespace)
  }

  /// Whether it certainly runs no more: it is of an earlier boot, or no process has its id and start time. Of another
  /// namespace nothing can be told.
  var isGone: Bool {
    guard boot == OwnProcess.bootIdentity else { return true }
    guard namespace == OwnProcess.namespace else { return false }
    if kill(process, 0) != 0, errno == ESRCH { return true }
    return ProcessTable.entry(process).map { $0.startTime != startTime || $0.isZombie } ?? false
  }
}
