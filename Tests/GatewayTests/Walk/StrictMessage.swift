import TestSupport

/// A message as the strictest parser of a client takes it.
struct StrictMessage {
  enum Kind { case request, notification, result, error }

  struct Fault: Error { let reason: String }

  let kind: Kind
  /// Raw.
  let id: String?
  /// Without its quotes.
  let method: String?

  init(_ line: String) throws(Fault) {
    guard let members = JSONOracle.members(of: Array(line.utf8)) else { throw Fault(reason: "it is not JSON") }
    guard line.hasPrefix("{") else { throw Fault(reason: "it is no object") }
    var found: [String: String] = [:]
    for (key, value) in members {
      let key = String(decoding: key, as: UTF8.self)
      guard found.updateValue(String(decoding: value, as: UTF8.self), forKey: key) == nil else {
        throw Fault(reason: "\(key) stands twice")
      }
    }
    guard found["jsonrpc"] == "\"2.0\"" else { throw Fault(reason: "it is not of version 2.0") }
    id = found["id"]
    if let method = found["method"] {
      guard method.hasPrefix("\"") else { throw Fault(reason: "its method is no string") }
      if let params = found["params"], !params.hasPrefix("{") { throw Fault(reason: "its params are no object") }
      self.method = String(method.dropFirst().dropLast())
      kind = id == nil ? .notification : .request
      if let id { try Self.check(id) }
      return
    }
    method = nil
    switch (found["result"], found["error"]) {
    case (let result?, nil):
      guard result.hasPrefix("{") else { throw Fault(reason: "its result is no object") }
      kind = .result
      guard let id else { throw Fault(reason: "it has no id") }
      try Self.check(id)
    case (nil, let error?):
      guard error.hasPrefix("{"), let code = JSONOracle.value(of: error, "code"), Int(code) != nil,
        JSONOracle.value(of: error, "message")?.hasPrefix("\"") == true
      else { throw Fault(reason: "its error has no code and message") }
      kind = .error
      if let id, id != "null" { try Self.check(id) }
    case (nil, nil): throw Fault(reason: "it has neither result nor error")
    default: throw Fault(reason: "it has both result and error")
    }
  }

  private static func check(_ id: String) throws(Fault) {
    guard id.hasPrefix("\"") || Int(id) != nil else { throw Fault(reason: "its id is neither text nor integer") }
  }
}
