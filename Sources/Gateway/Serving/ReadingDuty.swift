/// What becomes of a client that leaves too much unread while others share the servers with it: nothing more is read from
/// it, what may be dropped for it is dropped, and in the end it is let go. It never stops the servers for the others.
///
/// Times are milliseconds of one monotonic clock.
struct ReadingDuty {
  /// Bytes beyond which a client is let go.
  static let most = 128 << 20
  /// Milliseconds without reading after which it is.
  static let patience: UInt64 = 30_000

  private var least: Int
  private var since: UInt64

  /// It leaves so much unread.
  init(unread: Int, at now: UInt64) {
    least = unread
    since = now
  }

  /// Looks at it again. Returns why it is let go, as part of a sentence; nil when it is not.
  mutating func looked(unread: Int, at now: UInt64) -> String? {
    if unread > Self.most { return "it left \(unread) bytes unread" }
    if unread < least {
      least = unread
      since = now
    }
    return now - since >= Self.patience ? "it has read nothing for \((now - since) / 1000) s" : nil
  }
}
