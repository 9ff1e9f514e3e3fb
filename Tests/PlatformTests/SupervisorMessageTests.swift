import Testing

@testable import Platform

@Suite struct SupervisorMessageTests {
  private let orders: [SupervisorOrder] = [
    .spawn(
      SpawnOrder(
        connection: .max, executable: "/bin/ü", arguments: ["a", "", "c d"], environment: ["A=1", "B="],
        directory: nil)),
    .spawn(
      SpawnOrder(
        connection: 0, executable: "x", arguments: [], environment: [], directory: "/tmp", newSession: true,
        server: "s", leavesDaemons: true)),
    Self.contained,
    .end(connection: 9, urgent: true), .shutDown(urgent: false), .examine(connection: 3), .ping,
    .clear(gateway: GatewayIdentity(process: 1, startTime: 2, boot: "b", namespace: "n"), directory: "/run"),
    .clear(gateway: .own, directory: nil),
  ]

  private static var contained: SupervisorOrder {
    var order = SpawnOrder(connection: 5, executable: "docker", arguments: ["docker"], environment: [])
    order.marker = "mark"
    order.container = ContainerStop(identifierFile: "/f", isOurs: true, arguments: ["docker", "stop"])
    return .spawn(order)
  }

  private let reports: [SupervisorReport] = [
    .spawned(connection: 1, process: 2), .notSpawned(connection: 3, SpawnFailure(.directory, code: 2)),
    .exited(connection: 4, .code(5)), .exited(connection: 6, .signal(7)), .exited(connection: 8, .unknown),
    .stopped(connection: 9, signal: 19), .continued(connection: 10), .gone(connection: 11, remaining: [1, -2]),
    .examined(connection: 12, stopped: [3]), .alive(connection: 0),
  ]

  @Test func messagesSurviveTheSocketHoweverTheyAreCut() {
    let bytes = orders.flatMap(\.message)
    for size in [1, 3, bytes.count] {
      var received: [UInt8] = []
      var decoded: [SupervisorOrder?] = []
      for byte in bytes.indices {
        received.append(bytes[byte])
        guard (byte + 1) % size == 0 || byte == bytes.count - 1 else { continue }
        decoded += MessageReader.takeAll(from: &received).map { SupervisorOrder($0) }
      }
      #expect(decoded == orders)
      #expect(received.isEmpty)
    }
    var received = reports.flatMap(\.message)
    #expect(MessageReader.takeAll(from: &received).map { SupervisorReport($0) } == reports)
    #expect(received.isEmpty)
  }

  @Test func aMessageCutShortIsNone() {
    for message in orders.map(\.message) {
      for length in 4..<message.count {
        #expect(SupervisorOrder(MessageReader(message[4..<length])) == nil)
      }
    }
    for message in reports.map(\.message) {
      for length in 4..<message.count {
        #expect(SupervisorReport(MessageReader(message[4..<length])) == nil)
      }
    }
  }
}
