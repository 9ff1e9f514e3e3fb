import JSONRPC

/// What a server may want to know from the client behind: a request of its own in the legacy era, an entry of
/// `inputRequests` in the modern one.
package enum InputQuestion: Equatable, Sendable {
  case roots
  case sampling(usesTools: Bool)
  case elicitationForm
  case elicitationURL

  /// Tells what is asked; nil for anything that is no question of the protocol.
  ///
  /// `params` is the raw object that goes with the method; nil when there is none.
  package init?(_ method: Method?, params: UnsafeRawBufferPointer?) {
    switch method {
    case .rootsList: self = .roots
    case .samplingCreateMessage:
      let usesTools =
        params.map { JSONWalk.member("tools", of: $0) ?? JSONWalk.member("toolChoice", of: $0) }.flatMap { $0 } != nil
      self = .sampling(usesTools: usesTools)
    case .elicitationCreate:
      let mode = params.flatMap { JSONWalk.member("mode", of: $0) }
      self = mode.map { JSONText.equals($0, quoted: "url") } == true ? .elicitationURL : .elicitationForm
    default: return nil
    }
  }

  package var method: Method {
    switch self {
    case .roots: .rootsList
    case .sampling: .samplingCreateMessage
    case .elicitationForm, .elicitationURL: .elicitationCreate
    }
  }
}
