/// What the gateway writes into the `_meta` of a request to a modern server: the revision, itself, and what the client
/// behind this very request can do.
///
/// Made once for every set of capabilities, since a client declares the same ones again and again.
package final class RequestStamp: Sendable {
  package let capabilities: ClientCapabilities
  /// The members, ready to be spliced in.
  let members: [UInt8]

  /// `identity` is the gateway's `Implementation` object.
  package init(_ capabilities: ClientCapabilities, identity: String) {
    self.capabilities = capabilities
    let revision = Revision.newestModern
    members = Array(
      ("\"\(ReservedMeta.protocolVersion)\":\"\(revision.rawValue)\",\"\(ReservedMeta.clientInfo)\":\(identity),"
        + "\"\(ReservedMeta.clientCapabilities)\":\(capabilities.json(for: revision))").utf8)
  }

  /// The stamp as a `_meta` object with nothing else in it, for requests of the gateway's own.
  package var object: String { "{\(String(decoding: members, as: UTF8.self))}" }
}
