package import JSONRPC

/// How a result changes on its way to a client of either era: what the schema of that era demands is put in, what belongs
/// to the hop behind is taken out, all else stays as it is spelled.
package enum ResultCodec {
  /// Announces the edits for a modern client.
  ///
  /// `head` says who answers. `hints` are what `ttlMs` and `cacheScope` become; nil for what the server said, if it is
  /// well-formed.
  package static func forModernClient(
    _ frame: Frame, _ method: Method, from era: Era, identity head: ResultHead, hints: CacheHints? = nil,
    _ splicer: inout Splicer
  ) {
    guard let result = frame.object(.result) else { return }
    var inserted: [String] = []
    let isInterim = !isComplete(frame)
    if let type = frame.range("resultType", in: .result) {
      if era == .legacy, !isComplete(frame) { splicer.replace(type, with: "\"complete\"") }
    } else {
      inserted.append("\"resultType\":\"complete\"")
    }
    let serverInfo = head.metaMember
    if let meta = frame.range("_meta", in: .result) {
      splicer.replace(meta) { append(meta: frame, with: serverInfo, era: era, to: &$0) }
    } else {
      inserted.append("\"_meta\":{\(serverInfo)}")
    }
    if method == .resourcesRead, !isInterim, hints != nil || !CacheHints.areWellFormed(in: frame) {
      let hints = hints ?? CacheHints(resultOf: frame)
      for (name, value) in [
        ("ttlMs" as StaticString, "\(hints.timeToLive)"), ("cacheScope", "\"\(hints.scope.rawValue)\""),
      ] {
        if let range = frame.range(name, in: .result) {
          splicer.replace(range, with: value)
        } else {
          inserted.append("\"\(name)\":\(value)")
        }
      }
    }
    if method == .toolsCall, era == .legacy, frame.range("content", in: .result) == nil {
      inserted.append("\"content\":[]")
    }
    guard !inserted.isEmpty else { return }
    splicer.insert(members: inserted.joined(separator: ","), into: result, of: frame.bytes)
  }

  /// Announces the edits for a legacy client of what a modern server answered.
  package static func forLegacyClient(_ frame: Frame, _ method: Method, _ splicer: inout Splicer) {
    var keepsMeta = false
    frame.forEachMember(of: .resultMeta) { if !ReservedMeta.contains($0, of: frame) { keepsMeta = true } }
    splicer.remove(from: frame, .result) { member in
      if frame.has(member, key: "resultType") { return true }
      if frame.has(member, key: "_meta") { return !keepsMeta }
      switch method {
      case .resourcesRead: return frame.has(member, key: "ttlMs") || frame.has(member, key: "cacheScope")
      // The text block that goes with it says the same (2026-07-28, server/tools, structured content).
      case .toolsCall:
        return frame.has(member, key: "structuredContent") && frame.bytes[member.value.lowerBound] != UInt8(ascii: "{")
      default: return false
      }
    }
    if keepsMeta { splicer.remove(from: frame, .resultMeta) { ReservedMeta.contains($0, of: frame) } }
  }

  /// Whether a result is final: one that says nothing about it is (2026-07-28, basic/index, result type).
  package static func isComplete(_ frame: Frame) -> Bool {
    frame.raw("resultType", in: .result).map { JSONText.equals($0, quoted: "complete") } ?? true
  }

  private static func append(meta frame: Frame, with serverInfo: String, era: Era, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    frame.forEachMember(of: .resultMeta) { member in
      if ReservedMeta.contains(member, of: frame) { return }
      // Tasks of the legacy era do not exist in the modern one.
      if era == .legacy, frame.has(member, key: "io.modelcontextprotocol/related-task") { return }
      bytes.append(contentsOf: frame[(member.key.lowerBound - 1)..<member.value.upperBound])
      bytes.append(UInt8(ascii: ","))
    }
    bytes += Array(serverInfo.utf8)
    bytes.append(UInt8(ascii: "}"))
  }
}
