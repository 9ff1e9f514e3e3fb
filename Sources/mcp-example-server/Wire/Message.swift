/// One message of JSON-RPC 2.0.
enum Message {
  /// A call that wants an answer. Its id is a string or a number, which the answer repeats.
  case request(id: JSON, method: String, params: JSON)
  /// A message that wants none.
  case notification(method: String, params: JSON?)
  /// The answer to a request.
  case response(id: JSON, Result<JSON, ProtocolError>)
  /// An object that is none of these, with its id where it has a usable one.
  case invalid(id: JSON?, reason: String)

  /// Reads a message that arrived.
  init(_ json: JSON) {
    let id = json["id"].flatMap { $0.isIdentifier ? $0 : nil }
    guard json.members != nil else {
      self = .invalid(id: nil, reason: "a message must be an object")
      return
    }
    guard json["jsonrpc"] == "2.0" else {
      self = .invalid(id: id, reason: "\"jsonrpc\" must be \"2.0\"")
      return
    }
    if let method = json["method"] {
      guard let method = method.string else {
        self = .invalid(id: id, reason: "\"method\" must be a string")
        return
      }
      self = Self.call(method, id: id, isRequest: json.member("id") != nil, params: json["params"])
    } else if let id, let result = json["result"] {
      self = .response(id: id, .success(result))
    } else if let id, let error = json["error"] {
      self = .response(id: id, .failure(ProtocolError(error)))
    } else {
      self = .invalid(id: id, reason: "neither a request nor an answer with an id")
    }
  }

  private static func call(_ method: String, id: JSON?, isRequest: Bool, params: JSON?) -> Message {
    guard params == nil || params?.members != nil else {
      return .invalid(id: id, reason: "\"params\" must be an object")
    }
    guard isRequest else { return .notification(method: method, params: params) }
    guard let id else { return .invalid(id: nil, reason: "\"id\" must be a string or a number") }
    return .request(id: id, method: method, params: params ?? [:])
  }

  /// Whether a batch that holds this message owes an answer for it.
  var wantsAnswer: Bool {
    switch self {
    case .request, .invalid: true
    case .notification, .response: false
    }
  }
}

extension Message {
  /// An answer as it is sent.
  static func answer(_ outcome: Result<JSON, ProtocolError>, id: JSON) -> JSON {
    switch outcome {
    case .success(let result): ["jsonrpc": "2.0", "id": id, "result": result]
    case .failure(let error): ["jsonrpc": "2.0", "id": id, "error": error.json]
    }
  }

  /// The error for a message without a readable id: the id is null, and left out since 2025-11-25.
  static func refusal(_ error: ProtocolError, omitsID: Bool) -> JSON {
    omitsID ? ["jsonrpc": "2.0", "error": error.json] : ["jsonrpc": "2.0", "id": .null, "error": error.json]
  }

  /// A request as it is sent; requests of ours that need no parameters have none.
  static func request(id: JSON, _ method: String, _ params: JSON?) -> JSON {
    var message: JSON = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
    message["params"] = params
    return message
  }

  /// A notification as it is sent.
  static func notification(_ method: String, _ params: JSON?) -> JSON {
    var message: JSON = ["jsonrpc": "2.0", "method": .string(method)]
    message["params"] = params
    return message
  }
}

extension JSON {
  /// Whether the value may be a request's id or a progress token.
  var isIdentifier: Bool {
    switch self {
    case .string, .number: true
    default: false
    }
  }
}
