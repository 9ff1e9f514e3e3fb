/// The name of a file for a container's id: it says whose container it is, for whoever cleans up after a crash.
struct ContainerFile: Equatable, Sendable {
  var gateway: GatewayIdentity
  var supervisor: Int32
  var connection: UInt64
  var engine: String

  /// The file's name. The namespaces are written without their kinds and brackets.
  var name: String {
    let namespace = gateway.namespace.split(separator: "]").map { $0.filter(\.isNumber) }.joined(separator: "+")
    let owner = "\(gateway.process)_\(gateway.startTime)_\(gateway.boot)_\(namespace)_\(supervisor)"
    return "\(owner)_\(connection).\(engine).cid"
  }

  init(gateway: GatewayIdentity, supervisor: Int32, connection: UInt64, engine: String) {
    self.gateway = gateway
    self.supervisor = supervisor
    self.connection = connection
    self.engine = engine
  }

  init?(name: String) {
    let parts = name.split(separator: ".")
    guard parts.count == 3, parts[2] == "cid" else { return nil }
    let fields = parts[0].split(separator: "_", omittingEmptySubsequences: false)
    guard fields.count == 6, let process = Int32(fields[0]), let startTime = UInt64(fields[1]),
      let supervisor = Int32(fields[4]), let connection = UInt64(fields[5])
    else { return nil }
    let namespace = zip(["pid", "time"], fields[3].split(separator: "+")).map { "\($0):[\($1)]" }.joined()
    self.init(
      gateway: GatewayIdentity(
        process: process, startTime: startTime, boot: String(fields[2]), namespace: namespace),
      supervisor: supervisor, connection: connection, engine: String(parts[1]))
  }
}
