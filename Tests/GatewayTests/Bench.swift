import Configuration
import EventLoop
import Gateway
import JSONRPC
import TestSupport

/// A gateway with fake servers, a manual clock and one scripted client.
@GatewayActor
final class Bench {
  let clock = ManualClock()
  let manager: ServerManager
  let session: ClientSession
  let servers: [String: FakeServer]
  /// Lines of the gateway's log, the least urgent included.
  let log = Mailbox<String>()
  /// Lines that the client was sent.
  let lines = Mailbox<String>()
  private let output = OutputBuffer()
  private var reader = FrameReader(limit: .max)
  private var running: Task<Void, Never>?

  init(servers names: [String] = ["one"], junction: String = "{}", entry: String = "{}") {
    let entries = names.map { "\"\($0)\":{\"command\":\"\($0)\",\"junction\":\(entry)}" }.joined(separator: ",")
    let text = "{\"mcpServers\":{\(entries)},\"junction\":\(junction)}"
    let configuration = try! Configuration.read(
      Array(text.utf8), path: "/servers.json", environment: [:], readFile: { _ in .failure(FileProblem("none")) }
    ).get()
    let fakes = Dictionary(uniqueKeysWithValues: names.map { ($0, FakeServer()) })
    servers = fakes
    let logged = log
    manager = ServerManager(
      configuration: configuration, identity: Identity(name: "gateway", version: "0"), clock: clock.clock,
      spawner: ProcessSpawner { server, _, _ in fakes[server.name]!.start() },
      log: Log(level: .debug, redact: { $0 }, write: { logged.put($0) }), redact: { $0 })
    session = ClientSession(
      manager: manager, transport: Transport(output: output, start: { _ in }))
    output.onFirstByte = { [weak self] in TurnEnd.call { self?.drain() } }
  }

  subscript(name: String) -> FakeServer { servers[name]! }

  func run() {
    running = Task { @GatewayActor in await manager.run() }
    session.start()
  }

  /// Opens the session and waits until every server is settled.
  func open(capabilities: String = "{}", revision: String = "2025-11-25") async -> String {
    run()
    let answer = await ask(
      #"{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"c","version":"1"}}}"#
    )
    tell(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    await manager.settled.wait()
    return answer
  }

  func close() async {
    await manager.shutDown(urgent: true)
    await running?.value
    session.close()
  }

  func tell(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { bytes in
      var reader = FrameReader(limit: .max)
      reader.receive(UnsafeRawBufferPointer(bytes)) { session.received($0) }
    }
  }

  func ask(_ line: String) async -> String {
    tell(line)
    return await lines.next()
  }

  private func drain() {
    let bytes = output.withFront(limit: .max) { runs in runs.reduce(into: [UInt8]()) { $0 += $1 } }
    output.removeAll()
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { lines.put(String(line)) }
  }
}
