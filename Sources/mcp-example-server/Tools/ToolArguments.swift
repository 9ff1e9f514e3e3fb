/// The arguments of one call, checked against the tool's parameters and with what was left out filled in.
struct ToolArguments {
  private var values: [String: JSON] = [:]

  init(_ given: JSON, of tool: Tool) throws(ToolInterruption) {
    guard given.members != nil else { throw .failed("\"arguments\" must be an object") }
    for parameter in tool.parameters { values[parameter.name] = try parameter.value(of: given[parameter.name]) }
  }

  func string(_ name: String) -> String { value(name).string ?? "" }

  func integer(_ name: String) -> Int { value(name).integer ?? 0 }

  func value(_ name: String) -> JSON {
    guard let value = values[name] else { preconditionFailure("the tool has no parameter \(name)") }
    return value
  }
}
