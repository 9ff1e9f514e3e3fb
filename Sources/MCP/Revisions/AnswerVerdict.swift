package import JSONRPC

/// What the strictest client's parser would make of a server's answer.
///
/// The official SDKs refuse more than JSON-RPC does, and their callers then wait for ever: TypeScript's takes no member
/// beside `jsonrpc`, `id` and `result` or `error` and no `_meta` that is no object; Python's and it take a result that is
/// an object only, and an error with a whole number and a text. What means something plain is mended; of the rest it is
/// said what came.
package enum AnswerVerdict {
  case good
  /// What goes on in its place.
  case mended(StoredFrame)
  /// It is no answer.
  ///
  /// - Parameters:
  ///   - reason: what the server did, such as "it answered with two ids".
  ///   - part: where the value lies that is wrong; its beginning may be shown, freed of secrets.
  case refused(reason: String, part: Range<Int>?)

  package init(_ answer: Frame) {
    if answer.outer.areOfPlainResult, answer.isVersionTwo, let result = answer.outer.result,
      answer.bytes[result.lowerBound] == UInt8(ascii: "{"),
      answer.range("_meta", in: .result).map({
        answer.bytes[$0.lowerBound] == UInt8(ascii: "{") && answer.range(ReservedMeta.failure, in: .resultMeta) == nil
      }) ?? true
    {
      self = .good
    } else {
      self = Self.judge(answer)
    }
  }

  @inline(never)
  private static func judge(_ answer: Frame) -> AnswerVerdict {
    if answer.outer.repeated.contains(.id) { return refused("with two ids") }
    switch (answer.outer.result, answer.outer.error) {
    case (nil, nil): return refused("with neither result nor error")
    case (.some, .some): return refused("with both a result and an error")
    case (let result?, nil): return judge(answer, result: result)
    case (nil, let error?): return judge(answer, error: error)
    }
  }

  private static func judge(_ answer: Frame, result: Range<Int>) -> AnswerVerdict {
    guard answer.isVersionTwo else { return withoutVersion(answer) }
    guard isObject(answer[result]) else {
      return refused("with a result that is \(Self.what(answer[result])), not an object", result)
    }
    if let meta = answer.range("_meta", in: .result), !isObject(answer[meta]) {
      if answer.bytes[meta.lowerBound] == UInt8(ascii: "n") || isEmptyArray(answer[meta]) {
        return mended(answer.replacing(meta, with: "{}"))
      }
      return refused("with a result whose \"_meta\" is \(Self.what(answer[meta])), not an object", meta)
    }
    if saysItIsOurs(answer) {
      return mended(answer.removing(ReservedMeta.failure, from: .resultMeta))
    }
    return answer.outer.areOfPlainResult ? .good : trimmed(answer, "result")
  }

  /// Whether a result looks like a failure of the gateway's own. Of two `_meta` the last one counts.
  private static func saysItIsOurs(_ answer: Frame) -> Bool {
    var isThere = false
    answer.forEachMember(of: .resultMeta) { if answer.has($0, key: ReservedMeta.failure) { isThere = true } }
    return isThere
  }

  private static func judge(_ answer: Frame, error: Range<Int>) -> AnswerVerdict {
    guard answer.isVersionTwo else { return withoutVersion(answer) }
    guard isObject(answer[error]) else {
      return refused("with an error that is \(Self.what(answer[error])), not an object", error)
    }
    guard let code = answer.raw("code", in: .error) else { return refused("with an error without a \"code\"", error) }
    // What cannot be told from its neighbours in a double is no whole number to JavaScript.
    guard let number = JSONText.number(code), number.rounded() == number, abs(number) < 0x1p53 else {
      return refused("with an error whose \"code\" is \(Self.what(code)), not a whole number", error)
    }
    guard let message = answer.raw("message", in: .error) else {
      return refused("with an error without a \"message\"", error)
    }
    guard message.first == UInt8(ascii: "\"") else {
      return refused("with an error whose \"message\" is \(Self.what(message)), not text", error)
    }
    return answer.outer.areOfPlainError ? .good : trimmed(answer, "error")
  }

  /// Takes all members out that an answer does not have.
  private static func trimmed(_ answer: Frame, _ content: StaticString) -> AnswerVerdict {
    let known: [StaticString] = ["jsonrpc", "id", content]
    return mended(answer.keepingMembers { member in known.contains { answer.has(member, key: $0) } })
  }

  private static func mended(_ answer: StoredFrame?) -> AnswerVerdict {
    guard let answer else { return refused("with something that is no JSON-RPC message") }
    // One fault may hide another.
    if case .refused(let reason, _) = AnswerVerdict(answer) { return .refused(reason: reason, part: nil) }
    if case .mended(let better) = AnswerVerdict(answer) { return .mended(better) }
    return .mended(answer)
  }

  private static func withoutVersion(_ answer: Frame) -> AnswerVerdict {
    guard let version = answer.outer.jsonrpc else { return refused("without \"jsonrpc\":\"2.0\"") }
    return refused("with a \"jsonrpc\" other than \"2.0\"", version)
  }

  private static func refused(_ how: String, _ part: Range<Int>? = nil) -> AnswerVerdict {
    .refused(reason: "it answered \(how)", part: part)
  }

  private static func isObject(_ value: UnsafeRawBufferPointer) -> Bool { value.first == UInt8(ascii: "{") }

  private static func isEmptyArray(_ value: UnsafeRawBufferPointer) -> Bool {
    value.first == UInt8(ascii: "[") && value.dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
  }

  private static func what(_ value: UnsafeRawBufferPointer) -> String {
    switch value.first {
    case UInt8(ascii: "{"): "an object"
    case UInt8(ascii: "["): "an array"
    case UInt8(ascii: "\""): "text"
    case UInt8(ascii: "n"): "null"
    case UInt8(ascii: "t"): "true"
    case UInt8(ascii: "f"): "false"
    default: "a number"
    }
  }
}
