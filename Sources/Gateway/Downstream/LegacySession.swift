import EventLoop
import JSONRPC
import MCP

/// What a client has settled for its whole legacy session.
struct LegacySession {
  private(set) var capabilities = ClientCapabilities.none
  /// What goes with its requests to modern servers.
  private var stamp: RequestStamp
  var logLevel: LoggingLevel?
  /// The lists as they were when the client opened the session, was last served them, or was last told that they
  /// changed.
  var known: [ListKind: ByteBuffer] = [:]
  /// The lists that it has asked for.
  private var served: Set<ListKind> = []
  /// The lists that it was told of before it asked for them.
  private var toldUnasked: Set<ListKind> = []
  /// The tasks that it made or was shown.
  var tasks = TaskLedger()

  init(stamp: RequestStamp) { self.stamp = stamp }

  /// What its requests go out with.
  var terms: RequestTerms { RequestTerms(era: .legacy, stamp: stamp, logLevel: logLevel) }

  mutating func declared(_ capabilities: ClientCapabilities, stamp: RequestStamp) {
    self.capabilities = capabilities
    self.stamp = stamp
  }

  mutating func served(_ payload: ByteBuffer, of kind: ListKind) {
    known[kind] = payload
    served.insert(kind)
  }

  /// Takes a list as known. Returns whether the client is to be told that it changed: one that has never asked for it is
  /// told once.
  mutating func isNews(_ payload: ByteBuffer, of kind: ListKind) -> Bool {
    known.note(payload, of: kind) && (served.contains(kind) || toldUnasked.insert(kind).inserted)
  }

  /// Forgets what belonged to the session before.
  mutating func startOver() {
    logLevel = nil
    tasks = TaskLedger()
    served = []
    toldUnasked = []
  }
}

extension [ListKind: ByteBuffer] {
  /// Takes a list as known. Returns whether it is another one than before.
  mutating func note(_ payload: ByteBuffer, of kind: ListKind) -> Bool {
    defer { self[kind] = payload }
    guard let known = self[kind] else { return true }
    return known !== payload && !ByteScan.areEqual(known.bytes, payload.bytes)
  }
}
