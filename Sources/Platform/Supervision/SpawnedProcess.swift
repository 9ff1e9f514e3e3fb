package import EventLoop

/// A process that the supervisor started for us, with our ends of its pipes.
///
/// The descriptors belong to whoever takes them, usually a ``StreamPort`` and a ``TextPort``; this object does not close
/// them.
@GatewayActor
package final class SpawnedProcess {
  package let connection: UInt64
  package let pid: Int32
  /// Our writing end of its standard input.
  package let standardInput: Int32
  /// Our reading end of its standard output.
  package let standardOutput: Int32
  /// Our reading end of its standard error.
  package let standardError: Int32
  /// How it ended, once it has.
  package private(set) var exit: ProcessExit?
  /// Called when the process ends; at once, when it has ended before this is set. Others of its group may still run.
  package var onExit: (@GatewayActor (ProcessExit) -> Void)? {
    didSet { if let exit { onExit?(exit) } }
  }
  /// The signal that has stopped it, while it is stopped.
  package private(set) var stopSignal: Int32?
  /// Called with the signal when the process is stopped, as SIGSTOP and SIGTSTP do; at once, when it is stopped already.
  package var onStopped: (@GatewayActor (Int32) -> Void)? {
    didSet { if let stopSignal { onStopped?(stopSignal) } }
  }
  /// Called when it runs again.
  package var onContinued: (@GatewayActor () -> Void)?
  /// What is left of its group although even SIGKILL was tried: processes that hang in the kernel.
  package private(set) var remaining: [Int32] = []
  private let goneGate = Gate()
  private let sendEnd: @GatewayActor (_ urgent: Bool) -> Void

  init(
    connection: UInt64, pid: Int32, descriptors: (input: Int32, output: Int32, error: Int32),
    sendEnd: @escaping @GatewayActor (Bool) -> Void
  ) {
    self.connection = connection
    self.pid = pid
    standardInput = descriptors.input
    standardOutput = descriptors.output
    standardError = descriptors.error
    self.sendEnd = sendEnd
  }

  /// Starts the ladder on the whole group. The caller closes the standard input first, which most servers follow within
  /// the second that they are given; urgently, SIGTERM comes at once.
  package func end(urgent: Bool) { sendEnd(urgent) }

  /// Suspends until the process and its group are gone.
  package func whenGone() async { await goneGate.wait() }

  /// Whether the process and its group are gone.
  package var isGone: Bool { goneGate.isOpen }

  func exited(_ exit: ProcessExit) {
    guard self.exit == nil else { return }
    self.exit = exit
    stopSignal = nil
    onExit?(exit)
  }

  func stopped(_ signal: Int32) {
    stopSignal = signal
    onStopped?(signal)
  }

  func continued() {
    stopSignal = nil
    onContinued?()
  }

  func gone(remaining: [Int32]) {
    exited(.unknown)
    self.remaining = remaining
    goneGate.open()
  }
}
