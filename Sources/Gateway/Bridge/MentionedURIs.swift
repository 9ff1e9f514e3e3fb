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

  private static func ranges(in frame: Frame) -> [Range<Int>] {
    var found: [Range<Int>] = []
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
    if let content = frame.range("content", in: .result) {
      // Most of it is text, and need not be walked to know that no block of it is a resource or a link to one.
      guard ByteScan.mayHaveString(beginningWith: "resource", in: frame[content]) else { return found }
      JSONWalk.elements(of: frame.bytes, in: content) {
        block($0)
        return true
      }
    } else if let contents = frame.range("contents", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: contents) {
        visit($0)
        return true
      }
    } else if let messages = frame.range("messages", in: .result) {
      JSONWalk.elements(of: frame.bytes, in: messages) { message in
        if let content = JSONWalk.member("content", of: frame.bytes, in: message) { block(content) }
        return true
      }
    }
    if let data = frame.range("data", in: .error) { visit(data) }
    return found
  }
}
