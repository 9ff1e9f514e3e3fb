/// Messages that are not quite what JSON-RPC demands, and mean something plain all the same.
extension Frame {
  /// Returns the message without the outer members that are null and should be absent; nil when there are none.
  ///
  /// Serialisers that write one structure for all kinds of messages fill it up with nulls. `params` is an object or
  /// absent, `result` and `error` exclude each other, an answer has no method (JSON-RPC 2.0, sections 4.2 and 5), and what
  /// MCP calls a notification has no id. A null that is all there is stays: it means nothing plain.
  func withoutNulls() -> StoredFrame? {
    func isThere(_ range: Range<Int>?) -> Bool { range != nil && !isNull(range) }
    let isAnswer = isThere(outer.result) || isThere(outer.error)
    var cuts: [StaticString] = []
    if isNull(outer.params) { cuts.append("params") }
    if isAnswer, isNull(outer.method) { cuts.append("method") }
    if isAnswer, isNull(outer.result) { cuts.append("result") }
    if isAnswer || isThere(outer.method) {
      if isNull(outer.error) { cuts.append("error") }
      if isThere(outer.method), isNull(outer.result) { cuts.append("result") }
    }
    if isNull(outer.id), let method = outer.method, self[method].starts(with: "\"notifications/".utf8) {
      cuts.append("id")
    }
    if cuts.isEmpty { return nil }
    return keepingMembers { member in !cuts.contains { has(member, key: $0) } }
  }

  /// Returns the message without those of these members of `params` that are null; nil when there are none.
  package func withoutNulls(among keys: [StaticString]) -> StoredFrame? {
    guard keys.contains(where: { isNull(range($0, in: .params)) }) else { return nil }
    var text: [UInt8] = []
    var position = 0
    func cut(_ range: Range<Int>?) {
      guard let range else { return }
      text.append(contentsOf: self[position..<range.lowerBound])
      position = range.upperBound
    }
    var removal = MemberRemoval()
    forEachMember(of: .params) { member in
      let goes = isNull(member.value) && keys.contains { has(member, key: $0) }
      cut(removal.next(key: member.key, value: member.value, goes: goes))
    }
    cut(object(.params).flatMap { removal.finish($0.range) })
    text.append(contentsOf: self[position..<bytes.count])
    return try? text.withUnsafeBytes { try Frame.parse($0).get() }
  }

  /// Returns the message with some of its outer members only, each as it is spelled.
  package func keepingMembers(where isKept: (Member) -> Bool) -> StoredFrame? {
    try? text(of: .message, where: isKept).withUnsafeBytes { try Frame.parse($0).get() }
  }

  /// Returns the message without a member of one of its objects; nil when there is no such object.
  package func removing(_ key: StaticString, from parent: Parent) -> StoredFrame? {
    object(parent).flatMap {
      replacing($0.range, with: String(decoding: text(of: parent) { !has($0, key: key) }, as: UTF8.self))
    }
  }

  /// One of the objects with some of its members only.
  private func text(of parent: Parent, where isKept: (Member) -> Bool) -> [UInt8] {
    var text: [UInt8] = []
    forEachMember(of: parent) { member in
      guard isKept(member) else { return }
      text.append(text.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
      text.append(contentsOf: self[(member.key.lowerBound - 1)..<member.value.upperBound])
    }
    if text.isEmpty { text.append(UInt8(ascii: "{")) }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private func isNull(_ range: Range<Int>?) -> Bool {
    range.map { bytes[$0.lowerBound] == UInt8(ascii: "n") } ?? false
  }

  /// Returns the message with other bytes in the place of some; nil when that is none.
  package func replacing(_ range: Range<Int>, with text: String) -> StoredFrame? {
    let edited = Array(self[0..<range.lowerBound]) + Array(text.utf8) + Array(self[range.upperBound..<bytes.count])
    return try? edited.withUnsafeBytes { try Frame.parse($0).get() }
  }
}

extension Frame {
  /// Whether `params` is an object, as MCP demands, or is not there.
  package var hasGoodParams: Bool { outer.params.map { bytes[$0.lowerBound] == UInt8(ascii: "{") } ?? true }

  /// Whether the message has no id, or one that is null.
  package var isWithoutID: Bool { outer.id.map { bytes[$0.lowerBound] == UInt8(ascii: "n") } ?? true }

  /// Returns an answer under another id; nil when it has no place for one.
  package func withID(_ id: UInt64) -> StoredFrame? {
    if let range = outer.id { return replacing(range, with: "\(id)") }
    guard kind == .response || kind == .invalid, bytes.first == UInt8(ascii: "{") else { return nil }
    return replacing(1..<1, with: "\"id\":\(id),")
  }
}
