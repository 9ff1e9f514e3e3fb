package import JSONRPC

/// What a `subscriptions/listen` asks to be told of (2026-07-28, server/utilities/subscriptions).
package struct ListenFilter: Equatable, Sendable {
  /// Lists whose changes are of interest; that of resources stands for templates as well.
  package var lists: Set<ListKind> = []
  /// URIs, to the letter: two spellings that look alike may be two resources.
  package var resources: Set<RawToken> = []
  /// Tasks, of the extension for them.
  package var tasks: Set<RawToken> = []

  package init(
    lists: Set<ListKind> = [], resources: some Sequence<String> = [], tasks: some Sequence<String> = []
  ) {
    self.lists = lists
    self.resources = Set(resources.map { RawToken($0) })
    self.tasks = Set(tasks.map { RawToken($0) })
  }

  /// Reads the `notifications` member of a listen, or of its acknowledgement; nil when it is no object.
  package init?(_ frame: Frame) {
    guard let object = frame.range("notifications", in: .params), frame[object].first == UInt8(ascii: "{") else {
      return nil
    }
    for kind in [ListKind.tools, .prompts, .resources] {
      guard let value = JSONWalk.member(kind.listenMember, of: frame.bytes, in: object) else { continue }
      if frame[value].first == UInt8(ascii: "t") { lists.insert(kind) }
    }
    resources = Self.strings("resourceSubscriptions", frame, object)
    tasks = Self.strings("taskIds", frame, object)
  }

  package var isEmpty: Bool { lists.isEmpty && resources.isEmpty && tasks.isEmpty }

  /// Bytes of all that it names.
  package var size: Int {
    resources.reduce(0) { $0 + $1.count } + tasks.reduce(0) { $0 + $1.count }
  }

  /// The `notifications` object, in a stable order.
  package var json: String {
    var members: [String] = []
    for kind in [ListKind.tools, .prompts, .resources] where lists.contains(kind) {
      members.append("\"\(kind.listenMember)\":true")
    }
    func add(_ name: String, _ values: Set<RawToken>) {
      guard !values.isEmpty else { return }
      members.append("\"\(name)\":[\(values.map(\.text).sorted().map(JSONText.quote).joined(separator: ","))]")
    }
    add("resourceSubscriptions", resources)
    add("taskIds", tasks)
    return "{\(members.joined(separator: ","))}"
  }

  /// Whether `uri` lies below `whole`: a path, query or fragment of it goes on where `whole` ends.
  package static func isPart(_ uri: String, of whole: String) -> Bool {
    guard uri.utf8.count > whole.utf8.count, uri.utf8.starts(with: whole.utf8) else { return false }
    if whole.utf8.last == UInt8(ascii: "/") { return true }
    let next = uri.utf8[uri.utf8.index(uri.utf8.startIndex, offsetBy: whole.utf8.count)]
    return next == UInt8(ascii: "/") || next == UInt8(ascii: "?") || next == UInt8(ascii: "#")
  }

  /// The lengths in bytes of all that a URI can be a part of, as ``isPart(_:of:)`` has it, the longest first.
  package static func lengthsOfWholes(of uri: [UInt8]) -> some Sequence<Int> {
    uri.indices.dropFirst().reversed().lazy.filter { length in
      uri[length - 1] == UInt8(ascii: "/")
        || [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains(uri[length])
    }
  }

  private static func strings(_ name: StaticString, _ frame: Frame, _ object: Range<Int>) -> Set<RawToken> {
    guard let array = JSONWalk.member(name, of: frame.bytes, in: object) else { return [] }
    var found: Set<RawToken> = []
    JSONWalk.elements(of: frame.bytes, in: array) {
      if let text = JSONText.string(frame[$0]) { found.insert(RawToken(text)) }
      return found.count < limit
    }
    return found
  }

  /// Entries beyond which a filter is not read on.
  private static let limit = 10_000
}
