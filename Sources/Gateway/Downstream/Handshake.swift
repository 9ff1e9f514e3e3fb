import JSONRPC
import MCP

/// How far a client has come with opening its legacy session.
///
/// ```
/// none ── initialize ──► opening ── answered ──► open ── initialized ──► ready
///                           ▲                     │                        │
///                           └──────── initialize, once more ───────────────┘
/// ```
/// While it is opening, what comes behind waits, so that clients which write everything at once still get the answer to
/// `initialize` first; then it is taken up one by one.
struct Handshake {
  /// Bytes that a message which waits costs beside its own.
  static let overhead = 512

  /// Agreed on by the last `initialize` that was answered.
  private(set) var revision: Revision?
  /// Whether the client has said that it is ready for requests and notifications.
  private(set) var isReady = false
  /// What came after an `initialize` that is not answered yet, or is just being taken up; nil when there is nothing to wait
  /// for.
  private var behind: ArraySlice<StoredFrame>?
  private var behindBytes = 0
  /// Whether one of those is just being taken up.
  private(set) var isReplaying = false

  var isOpen: Bool { revision != nil }

  var isOpening: Bool { behind != nil }

  /// Messages that wait, the one that is being taken up included.
  var waiting: Int { (behind?.count ?? 0) + (isReplaying ? 1 : 0) }

  /// An `initialize` has come whose answer has to wait.
  mutating func begins() {
    // One that found no room behind another one: what waits goes on waiting.
    guard behind == nil else { return }
    behind = []
    behindBytes = 0
  }

  /// Keeps what came behind the handshake. Returns false when it may not wait: that is more than `limit` bytes together.
  mutating func keep(_ frame: Frame, limit: Int) -> Bool {
    let cost = frame.bytes.count + Self.overhead
    guard behindBytes + cost <= limit else { return false }
    behindBytes += cost
    behind?.append(frame.copy())
    return true
  }

  mutating func answered(with revision: Revision) { self.revision = revision }

  mutating func ready() { isReady = revision != nil }

  /// Another `initialize` has come on the same pipe.
  mutating func startsOver() { isReady = false }

  /// Takes out the next message that waited; nil when none is left, and from then on nothing waits any more.
  mutating func takeNext() -> StoredFrame? {
    isReplaying = false
    guard let next = behind?.popFirst() else {
      behind = nil
      return nil
    }
    behindBytes -= next.bytes.count + Self.overhead
    isReplaying = true
    return next
  }

  /// Takes out everything that waits, because nothing will be taken up any more.
  mutating func takeAll() -> [StoredFrame] {
    defer { behind = nil }
    return Array(behind ?? [])
  }
}
