/// JSON-RPC error codes that the gateway itself emits (JSON-RPC 2.0 section 5.1).
package enum ErrorCode: Int, Sendable {
  case parse = -32700
  case invalidRequest = -32600
  case methodNotFound = -32601
  case invalidParams = -32602
  case `internal` = -32603
  /// Up to 2025-11-25 (server/resources, error handling).
  case resourceNotFound = -32002
  /// A URL that a person has to open first (2025-11-25, client/elicitation).
  case urlElicitationRequired = -32042
  /// From 2026-07-28 on (basic/index, error codes): headers that contradict the body, which only HTTP has.
  case headerMismatch = -32020
  /// The request lacks a capability of the client without which it cannot be carried out.
  case missingClientCapability = -32021
  case unsupportedProtocolVersion = -32022
}
