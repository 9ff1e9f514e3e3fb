package import JSONRPC

/// For how long, and for whom, a result may be kept (2026-07-28, server/utilities/caching).
package struct CacheHints: Equatable, Sendable {
  package enum Scope: String, Sendable {
    case `public`, `private`
  }

  /// Milliseconds.
  package let timeToLive: UInt64
  package let scope: Scope

  package init(timeToLive: UInt64, scope: Scope) {
    self.timeToLive = timeToLive
    self.scope = scope
  }

  /// What may not be kept at all, as everything that says nothing about it.
  package static let none = CacheHints(timeToLive: 0, scope: .private)

  /// A time beyond which nothing is kept: a day.
  private static let longest: UInt64 = 86_400_000

  /// Reads the hints of a result. Anything that is no whole number of milliseconds, or negative, is 0; anything but
  /// `public` is private.
  package init(resultOf frame: Frame) {
    let time = frame.raw("ttlMs", in: .result).flatMap { JSONText.number($0) } ?? 0
    timeToLive = time >= 1 ? UInt64(min(time, Double(Self.longest))) : 0
    let scope = frame.raw("cacheScope", in: .result)
    self.scope = scope.map { JSONText.equals($0, quoted: "public") } == true ? .public : .private
  }

  /// Whether a result has both members in the shape that the schema demands.
  static func areWellFormed(in frame: Frame) -> Bool {
    guard let time = frame.raw("ttlMs", in: .result), JSONText.unsigned(time) != nil,
      let scope = frame.raw("cacheScope", in: .result)
    else { return false }
    return JSONText.equals(scope, quoted: "public") || JSONText.equals(scope, quoted: "private")
  }

  /// The hints of something that is made of several results.
  package func merged(with other: CacheHints) -> CacheHints {
    CacheHints(
      timeToLive: min(timeToLive, other.timeToLive),
      scope: scope == .public && other.scope == .public ? .public : .private)
  }

  /// The two members of a result.
  package var members: String { "\"ttlMs\":\(timeToLive),\"cacheScope\":\"\(scope.rawValue)\"" }
}
