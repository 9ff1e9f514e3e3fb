import MCP

/// An error of JSON-RPC: what a request gets in the place of a result.
struct ProtocolError: Error, Equatable {
  let code: Int
  let message: String
  var data: JSON?

  init(_ code: ErrorCode, _ message: String, data: JSON? = nil) {
    self.code = code.rawValue
    self.message = message
    self.data = data
  }

  private init(code: Int, message: String, data: JSON?) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// Reads the error that a client answered with.
  init(_ json: JSON) {
    self.init(
      code: json["code"]?.integer ?? ErrorCode.internal.rawValue, message: json["message"]?.string ?? "",
      data: json["data"])
  }

  var json: JSON {
    var json: JSON = ["code": .integer(code), "message": .string(message)]
    json["data"] = data
    return json
  }

  static func methodNotFound(_ method: String) -> ProtocolError {
    ProtocolError(.methodNotFound, "Method not found: \(method)")
  }

  static func invalidParams(_ reason: String) -> ProtocolError { ProtocolError(.invalidParams, reason) }

  /// A resource that does not exist (2025-11-25, server/resources, error handling).
  static func resourceNotFound(_ uri: String) -> ProtocolError {
    ProtocolError(.resourceNotFound, "Resource not found: \(uri)", data: ["uri": .string(uri)])
  }

  /// A request that cannot be served before the user has been to a page (2025-11-25, client/elicitation).
  static func pageRequired(_ elicitation: JSON) -> ProtocolError {
    ProtocolError(
      code: -32042, message: "The user must visit a page first", data: ["elicitations": [elicitation]])
  }
}
