/// What the supervisor tells its gateway.
enum SupervisorReport: Equatable, Sendable {
  case spawned(connection: UInt64, process: Int32)
  case notSpawned(connection: UInt64, SpawnFailure)
  /// The group's leader, which is the process that was ordered, has ended.
  case exited(connection: UInt64, ProcessExit)
  case stopped(connection: UInt64, signal: Int32)
  case continued(connection: UInt64)
  /// The leader and its whole group are gone, except for what not even SIGKILL ended.
  case gone(connection: UInt64, remaining: [Int32])

  var message: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .spawned(let connection, let process):
      writer.append(UInt8(1))
      writer.append(connection)
      writer.append(process)
    case .notSpawned(let connection, let failure):
      writer.append(UInt8(2))
      writer.append(connection)
      writer.append(failure.step.rawValue)
      writer.append(failure.code)
    case .exited(let connection, let exit):
      writer.append(UInt8(3))
      writer.append(connection)
      switch exit {
      case .code(let code):
        writer.append(UInt8(0))
        writer.append(code)
      case .signal(let signal):
        writer.append(UInt8(1))
        writer.append(signal)
      case .unknown:
        writer.append(UInt8(2))
        writer.append(Int32(0))
      }
    case .stopped(let connection, let signal):
      writer.append(UInt8(4))
      writer.append(connection)
      writer.append(signal)
    case .continued(let connection):
      writer.append(UInt8(5))
      writer.append(connection)
    case .gone(let connection, let remaining):
      writer.append(UInt8(6))
      writer.append(connection)
      writer.append(remaining)
    }
    return writer.finish()
  }

  init?(_ message: MessageReader) {
    var message = message
    guard let kind = message.integer(UInt8.self), let connection = message.integer(UInt64.self) else { return nil }
    switch kind {
    case 1:
      guard let process = message.integer(Int32.self) else { return nil }
      self = .spawned(connection: connection, process: process)
    case 2:
      guard let step = message.integer(UInt8.self).flatMap(SpawnFailure.Step.init(rawValue:)),
        let code = message.integer(Int32.self)
      else { return nil }
      self = .notSpawned(connection: connection, SpawnFailure(step, code: code))
    case 3:
      guard let kind = message.integer(UInt8.self), let value = message.integer(Int32.self) else { return nil }
      switch kind {
      case 0: self = .exited(connection: connection, .code(value))
      case 1: self = .exited(connection: connection, .signal(value))
      default: self = .exited(connection: connection, .unknown)
      }
    case 4:
      guard let signal = message.integer(Int32.self) else { return nil }
      self = .stopped(connection: connection, signal: signal)
    case 5: self = .continued(connection: connection)
    case 6:
      guard let remaining = message.integers() else { return nil }
      self = .gone(connection: connection, remaining: remaining)
    default: return nil
    }
  }
}
