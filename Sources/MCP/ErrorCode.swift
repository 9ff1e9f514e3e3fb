/// JSON-RPC error codes that the gateway itself emits (JSON-RPC 2.0 section 5.1).
package enum ErrorCode: Int, Sendable {
  case parse = -32700
  case invalidRequest = -32600
  case methodNotFound = -32601
  case invalidParams = -32602
  case `internal` = -32603
  /// Up to 2025-11-25 (server/resources, error handling).
  case resourceNotFound = -32002
}
