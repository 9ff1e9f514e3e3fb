import JSONRPC

/// What came of a call: what it says, and how it ended.
struct ToolAnswer {
  /// One block of the content of a result.
  enum Block: Equatable {
    case text(String)
    /// Bytes in Base64, and what they are.
    case bytes(String, type: String)
    case link(String)
    case unknown(type: String)
  }

  enum Outcome: Equatable {
    case good
    /// The tool says that it failed.
    case toolFailed
    /// The server, or the gateway in its place, refused the request with an error.
    case refused(code: String, message: String)
    /// The gateway could not get an answer.
    case notSent
    case unknown
  }

  let outcome: Outcome
  let blocks: [Block]

  init(_ answer: Frame) {
    if let error = answer.range("error") {
      let code = JSONWalk.member("code", of: answer.bytes, in: error).map {
        String(decoding: answer[$0], as: UTF8.self)
      }
      outcome = .refused(code: code ?? "", message: answer.string("message", in: .error) ?? "error")
      blocks = []
      return
    }
    if let failure = answer.range("mcp-junction/failure", in: .resultMeta) {
      let said = JSONWalk.member("outcome", of: answer.bytes, in: failure).flatMap { JSONText.string(answer[$0]) }
      // What a server refused without carrying it out can be made again as well.
      outcome = said == "unknown" ? .unknown : .notSent
    } else {
      outcome = answer.raw("isError", in: .result)?.first == UInt8(ascii: "t") ? .toolFailed : .good
    }
    blocks = Self.blocks(of: answer)
  }

  /// The texts of its blocks.
  var texts: [String] { blocks.compactMap { if case .text(let text) = $0 { text } else { nil } } }

  /// Returns the blocks of a result of `resources/read`.
  static func contents(of answer: Frame) -> [Block] {
    guard let contents = answer.range("contents", in: .result) else { return [] }
    var blocks: [Block] = []
    JSONWalk.elements(of: answer.bytes, in: contents) { range in
      blocks.append(resource(range, of: answer) ?? .unknown(type: "empty"))
      return true
    }
    return blocks
  }

  /// Returns the messages of a result of `prompts/get`: who says what.
  static func messages(of answer: Frame) -> [(role: String, block: Block)] {
    guard let messages = answer.range("messages", in: .result) else { return [] }
    var found: [(String, Block)] = []
    JSONWalk.elements(of: answer.bytes, in: messages) { range in
      let role = JSONWalk.member("role", of: answer.bytes, in: range).flatMap { JSONText.string(answer[$0]) }
      let content = JSONWalk.member("content", of: answer.bytes, in: range)
      if let role, let block = content.flatMap({ block($0, of: answer) }) { found.append((role, block)) }
      return true
    }
    return found
  }

  private static func blocks(of answer: Frame) -> [Block] {
    var blocks: [Block] = []
    if let content = answer.range("content", in: .result) {
      JSONWalk.elements(of: answer.bytes, in: content) { block in
        if let block = Self.block(block, of: answer) { blocks.append(block) }
        return true
      }
    }
    // What has no content for people may still have it for programs.
    if blocks.isEmpty, let structured = answer.raw("structuredContent", in: .result) {
      blocks.append(.text(String(decoding: structured, as: UTF8.self)))
    }
    return blocks
  }

  private static func block(_ range: Range<Int>, of answer: Frame) -> Block? {
    let member = { (name: StaticString, range: Range<Int>) in
      JSONWalk.member(name, of: answer.bytes, in: range).flatMap { JSONText.string(answer[$0]) }
    }
    guard let type = member("type", range) else { return nil }
    switch type {
    case "text": return .text(member("text", range) ?? "")
    case "resource_link": return .link(member("uri", range) ?? "")
    case "resource":
      let resource = JSONWalk.member("resource", of: answer.bytes, in: range)
      if let block = resource.flatMap({ Self.resource($0, of: answer) }) { return block }
    default:
      if let data = member("data", range) { return .bytes(data, type: member("mimeType", range) ?? type) }
    }
    return .unknown(type: type)
  }

  private static func resource(_ range: Range<Int>, of answer: Frame) -> Block? {
    func member(_ name: StaticString) -> String? {
      JSONWalk.member(name, of: answer.bytes, in: range).flatMap { JSONText.string(answer[$0]) }
    }
    if let text = member("text") { return .text(text) }
    return member("blob").map { .bytes($0, type: member("mimeType") ?? member("uri") ?? "resource") }
  }
}
