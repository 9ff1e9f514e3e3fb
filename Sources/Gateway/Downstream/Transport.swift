package import EventLoop
package import JSONRPC

/// One peer's two byte streams, as the gateway sees them: nothing here says what carries them.
@GatewayActor
package struct Transport {
  /// What a peer's streams tell.
  @GatewayActor
  package struct Events {
    package var received: @GatewayActor (FrameReader.Event) -> Void
    /// Nothing more will be read; called once.
    package var readEnded: @GatewayActor () -> Void
    /// Nothing more can be written; called once, and what waits is dropped.
    package var writeEnded: @GatewayActor () -> Void
    /// Everything that waited before ``Transport/closeWriting`` is written.
    package var written: @GatewayActor () -> Void
    /// The peer leaves too much unread, or has read most of it.
    package var congested: @GatewayActor (Bool) -> Void

    package init(
      received: @escaping @GatewayActor (FrameReader.Event) -> Void,
      readEnded: @escaping @GatewayActor () -> Void,
      writeEnded: @escaping @GatewayActor () -> Void = {},
      written: @escaping @GatewayActor () -> Void = {},
      congested: @escaping @GatewayActor (Bool) -> Void = { _ in }
    ) {
      self.received = received
      self.readEnded = readEnded
      self.writeEnded = writeEnded
      self.written = written
      self.congested = congested
    }
  }

  /// Bytes appended here are written at the end of the loop turn.
  package let output: OutputBuffer
  /// Starts reading and reports to the events from then on.
  package let start: @GatewayActor (Events) -> Void
  /// Stops or goes on reading: back-pressure.
  package let setReading: @GatewayActor (Bool) -> Void
  /// Ends the writing side once everything is written.
  package let closeWriting: @GatewayActor () -> Void
  /// Ends both sides at once.
  package let close: @GatewayActor () -> Void

  package init(
    output: OutputBuffer,
    start: @escaping @GatewayActor (Events) -> Void,
    setReading: @escaping @GatewayActor (Bool) -> Void = { _ in },
    closeWriting: @escaping @GatewayActor () -> Void = {},
    close: @escaping @GatewayActor () -> Void = {}
  ) {
    self.output = output
    self.start = start
    self.setReading = setReading
    self.closeWriting = closeWriting
    self.close = close
  }
}
