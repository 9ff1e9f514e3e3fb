import EventLoop
import JSONRPC
import MCP

/// Resources of modern servers that may be given out again without asking, since their servers said for how long
/// (2026-07-28, server/utilities/caching).
///
/// What is private is kept for the session that read it only.
struct ReadCache {
  private struct Key: Hashable {
    let server: ServerID
    /// To the letter: two spellings that look alike may be two files.
    let uri: RawToken
    /// The session that may see it; nil for all.
    let session: UInt64?
  }

  private struct Entry {
    let answer: StoredFrame
    let hints: CacheHints
    let storedAt: Instant
    let number: UInt64
  }

  /// Bytes, and resources, that are kept at most.
  private static let sizeLimit = 16 << 20
  private static let countLimit = 1_000

  private var entries: [Key: Entry] = [:]
  private var order: [UInt64: Key] = [:]
  private var size = 0
  private var lastNumber: UInt64 = 0
  private var oldest: UInt64 = 1

  /// Returns a fresh answer, and for how much longer it is that.
  func answer(to uri: String, of server: ServerID, for session: UInt64, at now: Instant) -> (StoredFrame, CacheHints)? {
    for reader in [session, nil] {
      guard let entry = entries[Key(server: server, uri: RawToken(uri), session: reader)] else { continue }
      let age = now.since(entry.storedAt)
      guard age < entry.hints.timeToLive else { continue }
      return (entry.answer, CacheHints(timeToLive: entry.hints.timeToLive - age, scope: entry.hints.scope))
    }
    return nil
  }

  mutating func store(
    _ answer: Frame, for uri: String, of server: ServerID, readBy session: UInt64, at now: Instant
  ) {
    let hints = CacheHints(resultOf: answer)
    guard hints.timeToLive > 0, answer.bytes.count <= Self.sizeLimit / 4 else { return }
    let key = Key(server: server, uri: RawToken(uri), session: hints.scope == .public ? nil : session)
    remove(key)
    lastNumber += 1
    entries[key] = Entry(answer: answer.copy(), hints: hints, storedAt: now, number: lastNumber)
    order[lastNumber] = key
    size += answer.bytes.count
    while size > Self.sizeLimit || entries.count > Self.countLimit { removeOldest() }
  }

  /// Forgets a resource that has changed, with what is a part of it and what it is a part of.
  mutating func resourceChanged(_ uri: String, of server: ServerID) {
    let changed = RawToken(uri)
    for key in entries.keys
    where key.server == server
      && (key.uri == changed || ListenFilter.isPart(key.uri.text, of: uri)
        || ListenFilter.isPart(uri, of: key.uri.text))
    {
      remove(key)
    }
  }

  /// Forgets all of a server: it tells of new resources, or nobody listened to it for a while.
  mutating func serverChanged(_ server: ServerID) { for key in entries.keys where key.server == server { remove(key) } }

  mutating func sessionEnded(_ session: UInt64) { for key in entries.keys where key.session == session { remove(key) } }

  private mutating func remove(_ key: Key) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    order[entry.number] = nil
    size -= entry.answer.bytes.count
  }

  private mutating func removeOldest() {
    while oldest <= lastNumber {
      defer { oldest += 1 }
      if let key = order[oldest] { return remove(key) }
    }
  }
}
