package import JSONRPC

/// What a server's answer to `server/discover` means for the era to speak with it (2026-07-28, basic/versioning).
package enum DiscoverAnswer: Equatable, Sendable {
  /// It speaks a revision that this gateway speaks as well.
  case modern(Revision)
  /// It speaks the modern era, but no revision that this gateway knows; the versions it named.
  case unsupported([String])
  /// It needs something of the client even for this.
  case demanding(String)
  /// Anything else: a server of the legacy era.
  case legacy

  package init(_ answer: Frame) {
    if answer.range("error") != nil {
      self = Self.judge(error: answer)
      return
    }
    let versions = Self.strings("supportedVersions", of: answer, in: answer.range("result"))
    if let revision = Self.common(versions) {
      self = .modern(revision)
    } else {
      self = .legacy
    }
  }

  private static func judge(error: Frame) -> DiscoverAnswer {
    let code = error.raw("code", in: .error).flatMap { JSONText.number($0) }.flatMap { Int(exactly: $0) }
    let data = error.range("data", in: .error)
    switch code {
    case ErrorCode.unsupportedProtocolVersion.rawValue:
      let versions = strings("supported", of: error, in: data)
      if versions.isEmpty { return .legacy }
      // A server of both eras may name its legacy revisions here.
      let isLegacyToo = common(versions) == nil && versions.contains { Revision(rawValue: $0) != nil }
      return isLegacyToo ? .legacy : .unsupported(versions)
    case ErrorCode.missingClientCapability.rawValue:
      guard let data, let needed = JSONWalk.member("requiredCapabilities", of: error.bytes, in: data) else {
        return .legacy
      }
      return .demanding(String(decoding: error[needed], as: UTF8.self))
    default: return .legacy
    }
  }

  private static func common(_ versions: [String]) -> Revision? {
    Revision.modern.first { versions.contains($0.rawValue) }
  }

  private static func strings(_ name: StaticString, of frame: Frame, in object: Range<Int>?) -> [String] {
    guard let object, let array = JSONWalk.member(name, of: frame.bytes, in: object) else { return [] }
    var strings: [String] = []
    JSONWalk.elements(of: frame.bytes, in: array) {
      if let text = JSONText.string(frame[$0]) { strings.append(text) }
      return strings.count < 100
    }
    return strings
  }
}
