package import EventLoop

/// What a question at the ``ControlSocket`` is answered with.
@GatewayActor
package struct ControlReply {
  /// One line of JSON, without its line feed.
  let line: String
  /// Takes the connection over once the line is on its way; nil when it ends there.
  let take: (@GatewayActor (StreamPort) -> Void)?

  package init(_ line: String, thenHandingOverTo take: (@GatewayActor (StreamPort) -> Void)? = nil) {
    self.line = line
    self.take = take
  }
}
