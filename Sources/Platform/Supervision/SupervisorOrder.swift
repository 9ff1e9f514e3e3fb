/// What the gateway tells its supervisor.
enum SupervisorOrder: Equatable, Sendable {
  /// Start a process; the message carries its descriptors 0, 1 and 2.
  case spawn(SpawnOrder)
  /// Run the ladder on one connection's group; urgently: without waiting for it to follow its closed input.
  case end(connection: UInt64, urgent: Bool)
  /// Run the ladder on everything, then exit.
  case shutDown(urgent: Bool)
  /// End what gateways that are gone have left behind, and what this gateway's earlier supervisor has; processes are
  /// started after that. Files for container ids are looked for in the directory.
  case clear(gateway: GatewayIdentity, directory: String?)
  /// Report which of a connection's processes are stopped.
  case examine(connection: UInt64)
  /// Report at once.
  case ping

  /// How many descriptors travel with an order to spawn.
  static let spawnDescriptorCount = 3

  /// How many descriptors travel with the order.
  var descriptorCount: Int {
    if case .spawn = self { Self.spawnDescriptorCount } else { 0 }
  }

  var message: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .spawn(let order):
      writer.append(UInt8(1))
      writer.append(order.connection)
      writer.append(order.executable)
      writer.append(order.arguments)
      writer.append(order.environment)
      writer.append(order.directory)
      writer.append(order.newSession)
      writer.append(order.server)
      writer.append(order.leavesDaemons)
      writer.append(order.patience)
      writer.append(order.marker)
      writer.append(order.container?.identifierFile)
      writer.append(order.container?.isOurs ?? false)
      writer.append(order.container?.arguments ?? [])
    case .end(let connection, let urgent):
      writer.append(UInt8(2))
      writer.append(connection)
      writer.append(urgent)
    case .shutDown(let urgent):
      writer.append(UInt8(3))
      writer.append(urgent)
    case .clear(let gateway, let directory):
      writer.append(UInt8(4))
      writer.append(gateway.process)
      writer.append(gateway.startTime)
      writer.append(gateway.boot)
      writer.append(gateway.namespace)
      writer.append(directory)
    case .examine(let connection):
      writer.append(UInt8(5))
      writer.append(connection)
    case .ping: writer.append(UInt8(6))
    }
    return writer.finish()
  }

  init?(_ message: MessageReader) {
    var message = message
    switch message.integer(UInt8.self) {
    case 1:
      guard let order = SpawnOrder(&message) else { return nil }
      self = .spawn(order)
    case 2:
      guard let connection = message.integer(UInt64.self), let urgent = message.flag() else { return nil }
      self = .end(connection: connection, urgent: urgent)
    case 3:
      guard let urgent = message.flag() else { return nil }
      self = .shutDown(urgent: urgent)
    case 4:
      guard let process = message.integer(Int32.self), let startTime = message.integer(UInt64.self),
        let boot = message.text(), let namespace = message.text(), let directory = message.optionalText()
      else { return nil }
      self = .clear(
        gateway: GatewayIdentity(process: process, startTime: startTime, boot: boot, namespace: namespace),
        directory: directory)
    case 5:
      guard let connection = message.integer(UInt64.self) else { return nil }
      self = .examine(connection: connection)
    case 6: self = .ping
    default: return nil
    }
  }
}

extension SpawnOrder {
  fileprivate init?(_ message: inout MessageReader) {
    guard let connection = message.integer(UInt64.self), let executable = message.text(),
      let arguments = message.texts(), let environment = message.texts(), let directory = message.optionalText(),
      let newSession = message.flag(), let server = message.text(), let leavesDaemons = message.flag(),
      let patience = message.integer(UInt64.self),
      let marker = message.text(), let identifierFile = message.optionalText(), let isOurs = message.flag(),
      let stopArguments = message.texts()
    else { return nil }
    self.init(
      connection: connection, executable: executable, arguments: arguments, environment: environment,
      directory: directory, newSession: newSession, server: server, leavesDaemons: leavesDaemons,
      patience: patience)
    self.marker = marker
    container = identifierFile.map { ContainerStop(identifierFile: $0, isOurs: isOurs, arguments: stopArguments) }
  }
}
