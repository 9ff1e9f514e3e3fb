package import Configuration
package import EventLoop
package import JSONRPC
package import MCP

/// What carries the messages of one connection to a server, and knows what became of it: a process with its pipes, for
/// one.
///
/// It is told one message at a time. A carrier whose messages all go into one stream, one line each, has them written
/// there at once; any other gets each by itself, with its `Envelope`.
@GatewayActor
package struct Carrier {
  /// What a carrier tells.
  @GatewayActor
  package struct Events {
    package var received: @GatewayActor (FrameReader.Event) -> Void
    /// One request of ours, by its id, comes to nothing, while the connection goes on.
    package var failed: @GatewayActor (UInt64, RequestFailure) -> Void
    /// Nothing more will come, or can be sent; what waits is dropped.
    package var ended: @GatewayActor () -> Void

    package init(
      received: @escaping @GatewayActor (FrameReader.Event) -> Void,
      failed: @escaping @GatewayActor (UInt64, RequestFailure) -> Void, ended: @escaping @GatewayActor () -> Void
    ) {
      self.received = received
      self.failed = failed
      self.ended = ended
    }
  }

  /// Why a carrier that runs nothing came to its end.
  package struct Loss: Sendable {
    /// Part of a sentence that begins with the server, such as `it cannot be reached`.
    package let reason: String
    package let cure: String?
    /// Whether the end says nothing about what the server speaks: it was not reached, or lets nobody in.
    package let isUnavailability: Bool
    /// Requests that the server has certainly not carried out.
    package let unsent: Set<UInt64>

    package init(reason: String, cure: String? = nil, isUnavailability: Bool, unsent: Set<UInt64>) {
      self.reason = reason
      self.cure = cure
      self.isUnavailability = isUnavailability
      self.unsent = unsent
    }
  }

  /// How messages leave.
  package enum Way {
    /// All of them go into one stream, written at the end of the loop's turn.
    case stream(OutputBuffer)
    /// Each by itself, as soon as it is whole. The buffer is emptied when this returns.
    case each(@GatewayActor (Envelope, OutputBuffer) -> Void)
  }

  package let way: Way
  /// The process that it runs; nil when it runs none.
  package let process: Int32?
  /// Starts reading, and reports to the events from then on.
  let start: @GatewayActor (Events) -> Void
  /// Stops or goes on reading: back-pressure.
  let setReading: @GatewayActor (Bool) -> Void
  /// Says that nothing more is sent; what waits still leaves.
  let closeSending: @GatewayActor () -> Void
  /// Lets go of everything at once.
  let close: @GatewayActor () -> Void
  /// Ends what it runs, urgently without the first wait of the ladder.
  let end: @GatewayActor (_ urgent: Bool) -> Void
  /// How it ended, as a phrase such as `exit code 3` or `SIGKILL`; nil while it lasts.
  let ending: @GatewayActor () -> String?
  /// Why it came to its end, where it runs nothing; nil while it lasts.
  let loss: @GatewayActor () -> Loss?
  /// Where and how the server is reached, where it runs nothing.
  let place: @GatewayActor () -> ServerPlace?
  /// The last that it said beside its messages: the end of a process's standard error.
  let lastWords: @GatewayActor () -> String
  /// Open when what it runs has ended.
  let exited: Gate
  /// Open when nothing of it is left.
  let gone: Gate
  /// Whether what it runs is stopped, so that no answer can come.
  let hasStopped: @GatewayActor () async -> Bool
  /// Calls back when it is stopped, and when it goes on.
  let watchStops: @GatewayActor (@escaping @GatewayActor (_ isStopped: Bool) -> Void) -> Void

  package init(
    way: Way, process: Int32?,
    start: @escaping @GatewayActor (Events) -> Void,
    setReading: @escaping @GatewayActor (Bool) -> Void = { _ in },
    closeSending: @escaping @GatewayActor () -> Void = {},
    close: @escaping @GatewayActor () -> Void = {},
    end: @escaping @GatewayActor (_ urgent: Bool) -> Void,
    ending: @escaping @GatewayActor () -> String? = { nil },
    loss: @escaping @GatewayActor () -> Loss? = { nil },
    place: @escaping @GatewayActor () -> ServerPlace? = { nil },
    lastWords: @escaping @GatewayActor () -> String = { "" },
    exited: Gate, gone: Gate,
    hasStopped: @escaping @GatewayActor () async -> Bool = { false },
    watchStops: @escaping @GatewayActor (@escaping @GatewayActor (Bool) -> Void) -> Void = { _ in }
  ) {
    self.way = way
    self.process = process
    self.start = start
    self.setReading = setReading
    self.closeSending = closeSending
    self.close = close
    self.end = end
    self.ending = ending
    self.loss = loss
    self.place = place
    self.lastWords = lastWords
    self.exited = exited
    self.gone = gone
    self.hasStopped = hasStopped
    self.watchStops = watchStops
  }
}

/// What a carrier has to know of a message besides its bytes.
package enum Envelope: Equatable, Sendable {
  case request(id: UInt64, Method)
  case notification(Method)
  /// The answer to a request of the server's.
  case answer
}

/// Why a request comes to nothing, by what its carrier knows.
package struct RequestFailure: Sendable {
  /// Part of a sentence that begins with the server, such as `it answered with HTTP 503`.
  package let reason: String
  package let cure: String?
  package let outcome: Failure.Outcome
  /// Milliseconds after which it may be made again, where the server has said so.
  package let retryIn: UInt64?

  package init(reason: String, cure: String? = nil, outcome: Failure.Outcome, retryIn: UInt64? = nil) {
    self.reason = reason
    self.cure = cure
    self.outcome = outcome
    self.retryIn = retryIn
  }
}

/// Makes carriers: the seam between the gateway, which decides, and the platform, which acts.
package struct CarrierFactory: Sendable {
  /// Makes one. `connection` is a number that no other carrier of this gateway has.
  package var open: Open

  package typealias Open =
    @GatewayActor @Sendable (
      _ server: ServerConfiguration, _ launch: Launch, _ connection: UInt64
    ) async -> Result<Carrier, LaunchFailure>

  package init(open: @escaping Open) { self.open = open }
}

/// Why a carrier could not be made, and what to do about it.
package struct LaunchFailure: Error, Equatable, Sendable {
  package let reason: String
  package let cure: String?

  package init(reason: String, cure: String? = nil) {
    self.reason = reason
    self.cure = cure
  }
}
