import EventLoop
import JSONRPC
import MCP

/// URIs that an answer mentions: whose they are is noted, and those that are listed under another form get that one.
enum MentionedURIs {
  @GatewayActor
  static func restore(_ frame: Frame, from server: UpstreamServer, in view: CatalogView, _ splicer: inout Splicer) {
    for range in ranges(in: frame) {
      guard let uri = JSONText.string(frame[range]) else { continue }
      view.learn(uri, from: server)
      if let form = view.publicForm(of: uri, server: server) {
        splicer.replace(range, with: JSONText.quote(form))
      }
    }
  }

  /// Blocks of one answer that are looked at. Nobody reads a hundredth as many, and looking at them all would hold everybody
  /// up; a URI in what follows is asked of each server in turn when it is read.
  private static let mostBlocks = 50_000

  private static func ranges(in frame: Frame) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var left = mostBlocks
    func visit(_ object: Range<Int>) {
      if let range = JSONWalk.member("uri", of: frame.bytes, in: object) { found.append(range) }
    }
    func block(_ range: Range<Int>) {
      guard let type = JSONWalk.member("type", of: frame.bytes, in: range) else { return }
      if JSONText.equals(frame[type], quoted: "resource_link") {
        visit(range)
      } else if JSONText.equals(frame[type], quoted: "resource"),
        let resource = JSONWalk.member("resource", of: frame.bytes, in: range)
      {
        visit(resource)
      }
    }
    func each(of array: Range<Int>, _ body: (Range<Int>) -> Void) {
      JSONWalk.elements(of: frame.bytes, in: array) {
        body($0)
        left -= 1
        return left > 0
      }
    }
    if let content = frame.range("content", in: .result) {
      // Most of it is text, and need not be walked to know that no block of it is a resource or a link to one.
      guard ByteScan.mayHaveString(beginningWith: "resource", in: frame[content]) else { return found }
      each(of: content, block)
    } else if let contents = frame.range("contents", in: .result) {
      each(of: contents, visit)
    } else if let messages = frame.range("messages", in: .result) {
      each(of: messages) { message in
        if let content = JSONWalk.member("content", of: frame.bytes, in: message) { block(content) }
      }
    }
    if let data = frame.range("data", in: .error) { visit(data) }
    return found
  }
}
