/// The mark that every server's process carries in its environment, and with it all that it starts.
///
/// It finds what has left its process group, however often it forked. A gateway that runs below another one adds its
/// mark to the one that it inherited, so that both find the process.
package struct ProcessMarker: Hashable, Sendable {
  /// The environment variable: marks separated by spaces, the outermost gateway's first.
  package static let variable = "MCP_JUNCTION_MARKER"

  package var gateway: GatewayIdentity
  /// The supervisor below which the process was started; its session is the servers'.
  package var supervisor: Int32
  /// The configuration file's real path.
  package var configuration: String
  /// The server's name in it.
  package var server: String
  package var connection: UInt64
  /// Whether processes that made themselves a session of their own may stay behind.
  package var leavesDaemons: Bool

  package init(
    gateway: GatewayIdentity, supervisor: Int32, configuration: String, server: String, connection: UInt64,
    leavesDaemons: Bool
  ) {
    self.gateway = gateway
    self.supervisor = supervisor
    self.configuration = configuration
    self.server = server
    self.connection = connection
    self.leavesDaemons = leavesDaemons
  }

  // MARK: - Text

  /// The mark as it stands in the variable.
  package var token: String {
    [
      String(gateway.process), String(gateway.startTime), gateway.boot, gateway.namespace, String(supervisor),
      configuration, server, String(connection), leavesDaemons ? "leave" : "end",
    ].map { Self.escape($0) }.joined(separator: ":")
  }

  package init?(token: Substring) {
    let fields = token.split(separator: ":", omittingEmptySubsequences: false).map { Self.unescape($0) }
    guard fields.count == 9, let process = Int32(fields[0]), let startTime = UInt64(fields[1]),
      let supervisor = Int32(fields[4]), let connection = UInt64(fields[7]), ["leave", "end"].contains(fields[8])
    else { return nil }
    self.init(
      gateway: GatewayIdentity(process: process, startTime: startTime, boot: fields[2], namespace: fields[3]),
      supervisor: supervisor, configuration: fields[5], server: fields[6], connection: connection,
      leavesDaemons: fields[8] == "leave")
  }

  /// Returns the marks in the variable's value, the outermost first; what is none is passed over.
  package static func chain(_ value: String) -> [ProcessMarker] {
    value.split(separator: " ").compactMap { ProcessMarker(token: $0) }
  }

  /// Returns how many gateways on a configuration file there are above a process with that value of the variable.
  package static func depth(of configuration: String, in value: String?) -> Int {
    chain(value ?? "").count { $0.configuration == configuration }
  }

  /// Returns an environment with a mark, given as its token, behind those that it has.
  package static func adding(_ token: String, to environment: [String]) -> [String] {
    let prefix = variable + "="
    var others: [String] = []
    others.reserveCapacity(environment.count + 1)
    var inherited = ""
    for variable in environment {
      if variable.utf8.starts(with: prefix.utf8) {
        inherited = variable.dropFirst(prefix.count) + " "
      } else {
        others.append(variable)
      }
    }
    return others + [prefix + inherited + token]
  }

  /// Whether the process that carries this mark may stay behind: the servers' session is their supervisor's.
  func spares(_ entry: ProcessTable.Entry) -> Bool { leavesDaemons && entry.session != supervisor }

  // MARK: - Escapes

  private static func escape(_ field: String) -> String {
    if field.utf8.allSatisfy(isPlain) { return field }
    var escaped: [UInt8] = []
    for byte in field.utf8 {
      if isPlain(byte) {
        escaped.append(byte)
      } else {
        escaped += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ":")
  }

  private static func unescape(_ field: Substring) -> String {
    var bytes = Array(field.utf8)
    var position = 0
    while let escape = bytes[position...].firstIndex(of: UInt8(ascii: "%")), escape + 2 < bytes.count {
      let digits = String(decoding: bytes[(escape + 1)...(escape + 2)], as: UTF8.self)
      if let byte = UInt8(digits, radix: 16) { bytes.replaceSubrange(escape...(escape + 2), with: [byte]) }
      position = escape + 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let hexadecimal = Array("0123456789ABCDEF".utf8)
}
