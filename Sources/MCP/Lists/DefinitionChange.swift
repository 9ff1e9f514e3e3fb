import JSONRPC

/// What is other in a tool's definition than it was, in words for a person: a server that is trusted for what it said once
/// may say something else later.
package enum DefinitionChange {
  /// Characters of a text that are shown of each side.
  private static let shown = 120
  /// Members that are told of by themselves, in this order; of others it is only said that they are other ones.
  private static let texts: [StaticString] = ["title", "description"]

  /// Returns what has changed from one definition to the next; nil when nothing has but its spelling.
  package static func between(_ old: ListItem, _ new: ListItem) -> String? {
    guard old.bytes != new.bytes else { return nil }
    let (before, after) = (members(of: old), members(of: new))
    var parts: [String] = []
    for name in texts.map(\.description) { parts += text(name, before[name], after[name]) }
    parts += parameters(before["inputSchema"], after["inputSchema"])
    let rest = Set(before.keys).union(after.keys).subtracting(texts.map(\.description) + ["inputSchema"])
    for name in rest.sorted() where before[name] != after[name] {
      parts.append(before[name] == nil ? "\(name) added" : after[name] == nil ? "\(name) removed" : "\(name) changed")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static func members(of item: ListItem) -> [String: [UInt8]] {
    item.bytes.withUnsafeBytes { members(of: $0) }
  }

  private static func members(of object: UnsafeRawBufferPointer) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    JSONWalk.members(of: object, in: 0..<object.count) { key, value in
      found[String(decoding: object[key], as: UTF8.self)] = Array(object[value])
      return true
    }
    return found
  }

  private static func text(_ name: String, _ old: [UInt8]?, _ new: [UInt8]?) -> [String] {
    guard old != new else { return [] }
    let (old, new) = (old.map(decoded), new.map(decoded))
    switch (old, new) {
    case (let old?, let new?): return old == new ? [] : ["\(name) " + difference(old, new)]
    case (nil, let new?): return ["\(name) added: \"\(new.prefix(shown))\""]
    case (let old?, nil): return ["\(name) removed: \"\(old.prefix(shown))\""]
    case (nil, nil): return []
    }
  }

  private static func decoded(_ raw: [UInt8]) -> String {
    raw.withUnsafeBytes { JSONText.string($0) } ?? String(decoding: raw, as: UTF8.self)
  }

  /// What stands between the beginning and the end that two texts share.
  private static func difference(_ old: String, _ new: String) -> String {
    let (old, new) = (Array(old), Array(new))
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = zip(old[head...].reversed(), new[head...].reversed()).prefix { $0 == $1 }.count
    let gone = String(old[head..<(old.count - tail)]).prefix(shown)
    let come = String(new[head..<(new.count - tail)]).prefix(shown)
    let place = head == 0 ? "" : " behind \"\(String(old[max(0, head - 20)..<head]))\""
    if gone.isEmpty { return "has more\(place): \"\(come)\"" }
    if come.isEmpty { return "has no more\(place): \"\(gone)\"" }
    return "changed\(place) from \"\(gone)\" to \"\(come)\""
  }

  private static func parameters(_ old: [UInt8]?, _ new: [UInt8]?) -> [String] {
    guard old != new else { return [] }
    let (before, after) = (properties(old), properties(new))
    var parts: [String] = []
    for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
      let what = before[name] == nil ? "added" : after[name] == nil ? "removed" : "changed"
      parts.append("parameter \(name) \(what)")
    }
    return parts.isEmpty ? ["inputSchema changed"] : parts
  }

  private static func properties(_ schema: [UInt8]?) -> [String: [UInt8]] {
    guard let schema else { return [:] }
    return schema.withUnsafeBytes { schema in
      JSONWalk.member("properties", of: schema).map { members(of: $0) } ?? [:]
    }
  }
}
