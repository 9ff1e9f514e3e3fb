import JSONRPC

/// What a downstream client declared that it can do for servers.
///
/// `tasks` of the client side are left out on purpose: a client's task list would show one server the tasks of all.
package struct ClientCapabilities: Equatable, Sendable {
  package var roots = false
  package var rootsListChanged = false
  package var sampling = false
  package var samplingTools = false
  package var samplingContext = false
  package var elicitationForm = false
  package var elicitationURL = false
  /// Members of `experimental` and `extensions` are not passed on: the gateway cannot tell what they promise.
  package static let none = ClientCapabilities()

  package init() {}

  /// Reads the `capabilities` object of an `initialize` request.
  package init(json: UnsafeRawBufferPointer) {
    if let roots = Self.object("roots", in: json) {
      self.roots = true
      rootsListChanged = Self.isTrue(JSONWalk.member("listChanged", of: roots))
    }
    if let sampling = Self.object("sampling", in: json) {
      self.sampling = true
      samplingTools = Self.object("tools", in: sampling) != nil
      samplingContext = Self.object("context", in: sampling) != nil
    }
    if let elicitation = Self.object("elicitation", in: json) {
      elicitationURL = Self.object("url", in: elicitation) != nil
      // An empty object is form mode (2025-11-25, client/elicitation, backwards compatibility).
      elicitationForm = Self.object("form", in: elicitation) != nil || !elicitationURL
    }
  }

  /// Returns the `capabilities` object for a server's `initialize`, in the shape of that revision.
  ///
  /// `sampling.context` is never declared: behind a gateway "this server" would mean all of them.
  package func json(for revision: Revision) -> String {
    var members: [String] = []
    if roots { members.append(rootsListChanged ? #""roots":{"listChanged":true}"# : #""roots":{}"#) }
    if sampling {
      members.append(samplingTools && revision >= .november2025 ? #""sampling":{"tools":{}}"# : #""sampling":{}"#)
    }
    if revision >= .november2025 {
      let modes = [elicitationForm ? #""form":{}"# : nil, elicitationURL ? #""url":{}"# : nil].compactMap { $0 }
      if !modes.isEmpty { members.append("\"elicitation\":{\(modes.joined(separator: ","))}") }
    } else if revision >= .june2025, elicitationForm {
      members.append(#""elicitation":{}"#)
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func object(_ name: StaticString, in json: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    JSONWalk.member(name, of: json).flatMap { $0.first == UInt8(ascii: "{") ? $0 : nil }
  }

  static func isTrue(_ json: UnsafeRawBufferPointer?) -> Bool { json?.first == UInt8(ascii: "t") }
}
