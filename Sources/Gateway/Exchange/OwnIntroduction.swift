import Configuration
import JSONRPC
import MCP

/// How the gateway introduces itself, to clients and to servers, in both eras.
struct OwnIntroduction {
  let identity: Identity
  /// What results of the gateway's own begin with for modern clients.
  let resultHead: ResultHead
  /// Goes with the gateway's own requests to modern servers: it can do nothing for them.
  let stamp: RequestStamp
  /// Goes with listens that are for tasks as well, since those need the extension.
  let taskStamp: RequestStamp
  /// Identifiers of extensions that are let through besides those that the gateway understands.
  let allowedExtensions: Set<String>

  init(_ identity: Identity, _ settings: GatewaySettings) {
    self.identity = identity
    resultHead = ResultHead(identity: identity.json)
    stamp = RequestStamp(.none, identity: identity.json)
    taskStamp = RequestStamp(.onlyTasks, identity: identity.json)
    allowedExtensions = Set(
      (settings.extensions ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init))
  }

  /// Returns what goes with a request of a client that can do this.
  func stamp(for capabilities: ClientCapabilities) -> RequestStamp {
    capabilities == .none ? stamp : RequestStamp(capabilities, identity: identity.json)
  }
}
