/// What the gateway tells its supervisor.
enum SupervisorOrder: Equatable, Sendable {
  /// Start a process; the message carries its descriptors 0, 1 and 2.
  case spawn(SpawnOrder)
  /// Run the ladder on one connection's group; urgently: without waiting for it to follow its closed input.
  case end(connection: UInt64, urgent: Bool)
  /// Run the ladder on everything, then exit.
  case shutDown(urgent: Bool)

  /// How many descriptors travel with the order.
  var descriptorCount: Int {
    if case .spawn = self { return 3 }
    return 0
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
    case .end(let connection, let urgent):
      writer.append(UInt8(2))
      writer.append(connection)
      writer.append(urgent)
    case .shutDown(let urgent):
      writer.append(UInt8(3))
      writer.append(urgent)
    }
    return writer.finish()
  }

  init?(_ message: MessageReader) {
    var message = message
    switch message.integer(UInt8.self) {
    case 1:
      guard let connection = message.integer(UInt64.self), let executable = message.text(),
        let arguments = message.texts(), let environment = message.texts(), let directory = message.optionalText(),
        let newSession = message.flag()
      else { return nil }
      self = .spawn(
        SpawnOrder(
          connection: connection, executable: executable, arguments: arguments, environment: environment,
          directory: directory, newSession: newSession))
    case 2:
      guard let connection = message.integer(UInt64.self), let urgent = message.flag() else { return nil }
      self = .end(connection: connection, urgent: urgent)
    case 3:
      guard let urgent = message.flag() else { return nil }
      self = .shutDown(urgent: urgent)
    default: return nil
    }
  }
}
