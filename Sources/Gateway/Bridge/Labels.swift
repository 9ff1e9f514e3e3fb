import JSONRPC
import MCP

/// What a person, or a model, is told about who speaks: with several servers, their names stand before what they say.
enum Labels {
  /// Announces the edits of a question's params: the person sees who asks, and no server gets to see the others.
  static func dress(
    _ params: Range<Int>, of frame: Frame, _ server: String, _ labelling: Labelling, _ splicer: inout Splicer
  ) {
    if labelling.showsNames, let message = JSONWalk.member("message", of: frame.bytes, in: params) {
      insert("[\(server)] ", intoStringAt: message, of: frame, &splicer)
    }
    if !labelling.isAlone, let context = JSONWalk.member("includeContext", of: frame.bytes, in: params) {
      // Behind a gateway "this server" would mean all of them.
      splicer.replace(context, with: "\"none\"")
    }
  }

  /// Announces the edits of all that a task asks for.
  static func dressQuestions(
    of frame: Frame, _ parent: Frame.Parent, _ server: String, _ labelling: Labelling, _ splicer: inout Splicer
  ) {
    guard let requests = frame.range("inputRequests", in: parent) else { return }
    var params: [Range<Int>] = []
    JSONWalk.members(of: frame.bytes, in: requests) { _, value in
      if let range = JSONWalk.member("params", of: frame.bytes, in: value) { params.append(range) }
      return true
    }
    for range in params { dress(range, of: frame, server, labelling, &splicer) }
  }

  /// Announces the edits that say in a log message whose it is. One whose params are no object has no place for that.
  static func label(_ frame: Frame, _ server: String, _ splicer: inout Splicer) {
    if let logger = frame.range("logger", in: .params) {
      insert(server + "/", intoStringAt: logger, of: frame, &splicer)
    } else if let params = frame.object(.params) {
      splicer.insert(members: "\"logger\":\(JSONText.quote(server))", into: params, of: frame.bytes)
    }
  }

  private static func insert(
    _ text: String, intoStringAt range: Range<Int>, of frame: Frame, _ splicer: inout Splicer
  ) {
    guard frame[range].first == UInt8(ascii: "\"") else { return }
    let inner = JSONText.quote(text).dropFirst().dropLast()
    splicer.replace((range.lowerBound + 1)..<(range.lowerBound + 1), with: String(inner))
  }
}
