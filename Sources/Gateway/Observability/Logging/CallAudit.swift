package import EventLoop
package import MCP

/// One request of a client that was meant for a server, and what became of it.
package struct AuditRecord: Sendable {
  /// The number of the client's session.
  package let session: UInt64
  /// Who the client said it is.
  package let client: String?
  package let server: String
  package let method: Method
  /// The tool's own name.
  package let tool: String?
  /// The arguments as they came, where they are kept.
  package let arguments: String?
  package let outcome: CallOutcome
  /// From sending it to its end; nil when it was not sent.
  package let milliseconds: UInt64?
}

/// Who wants to know of every call; there is none unless the configuration asks for it.
@GatewayActor
package final class CallAudit {
  /// Whether arguments are kept until the call has ended.
  let keepsArguments: Bool
  let write: @GatewayActor (AuditRecord) -> Void

  /// - Parameters:
  ///   - keepsArguments: whether the arguments of tools are told as well.
  ///   - write: takes what has ended.
  package init(keepsArguments: Bool, write: @escaping @GatewayActor (AuditRecord) -> Void) {
    self.keepsArguments = keepsArguments
    self.write = write
  }
}
