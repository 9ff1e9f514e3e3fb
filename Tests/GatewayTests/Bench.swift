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
  private let client: ScriptedClient
  let servers: [String: FakeServer]
  /// Lines of the gateway's log, the least urgent included.
  let log = Mailbox<String>()
  private var running: Task<Void, Never>?

  /// - Parameters:
  ///   - more: servers that are not configured yet.
  ///   - members: further members of each entry.
  ///   - text: the whole file, in the place of all this.
  ///   - audit: who is told of every call.
  ///   - facts: what earlier runs have left.
  init(
    servers names: [String] = ["one"], more: [String] = [], junction: String = "{}", entry: String = "{}",
    members: String = "", text: String? = nil, audit: CallAudit? = nil, facts: FactStore = .none,
    isShared: Bool = false
  ) {
    let configuration =
      text.map { Self.read($0) }
      ?? Self.configuration(servers: names, junction: junction, entry: entry, members: members)
    let fakes = Dictionary(uniqueKeysWithValues: (names + more).map { ($0, FakeServer()) })
    servers = fakes
    let logged = log
    manager = ServerManager(
      configuration: configuration, identity: Identity(name: "gateway", version: "0"), clock: clock.clock,
      carriers: CarrierFactory { server, _, _ in fakes[server.name]!.start() },
      facts: facts, log: Log([Log.Sink(level: .debug) { logged.put($0.text) }], clock: clock.clock, redact: { $0 }),
      audit: audit,
      isShared: isShared)
    client = ScriptedClient(manager)
  }

  static func configuration(
    servers names: [String], junction: String = "{}", entry: String = "{}", members: String = ""
  ) -> Configuration {
    let more = members.isEmpty ? "" : ",\(members)"
    let entries = names.map { "\"\($0)\":{\"command\":\"\($0)\",\"junction\":\(entry)\(more)}" }
    return read("{\"mcpServers\":{\(entries.joined(separator: ","))},\"junction\":\(junction)}")
  }

  static func read(_ text: String) -> Configuration {
    Configuration.read(
      Array(text.utf8), path: "/servers.json", in: Surroundings(environment: [:]),
      with: SystemAccess(readFile: { _ in .failure(FileProblem("none")) }))
  }

  var session: ClientSession { client.session }
  /// Lines that the client was sent.
  var lines: Mailbox<String> { client.lines }

  subscript(name: String) -> FakeServer { servers[name]! }

  /// How many messages have passed between the gateway and its servers.
  var traffic: Int { servers.values.reduce(0) { $0 + $1.all.count } }

  /// What the gateway says of the calls of each server that it has in flight or that wait; none where there are none.
  var openCalls: [String] {
    StatusReport(of: manager, process: 1).text.split(separator: "\n").map(String.init).filter {
      $0.contains(" in flight, ") && !$0.contains(" 0 in flight, 0 waiting")
    }
  }

  func startServers() { running = Task { @GatewayActor in await manager.run() } }

  func run() {
    startServers()
    session.start()
  }

  /// Opens the session and waits until every server is settled.
  func open(capabilities: String = "{}", revision: String = "2025-11-25") async -> String {
    startServers()
    let answer = await client.open(capabilities: capabilities, revision: revision)
    await manager.settled.wait()
    return answer
  }

  /// Has a client of the modern era come, and waits until every server is settled.
  func openModern(capabilities: String = "{}") async -> String {
    startServers()
    let answer = await client.discover(capabilities: capabilities)
    await manager.settled.wait()
    return answer
  }

  /// Another client of the same servers.
  func anotherClient(seeing terms: CatalogView.Terms? = nil) -> ScriptedClient {
    ScriptedClient(manager, seeing: terms)
  }

  /// Suspends until every server is settled.
  func whenSettled() async { await manager.settled.wait() }

  /// Returns the next line for the client, letting the time pass in which the gateway gathers changes of lists, however
  /// often it does.
  func announced() async -> String {
    let ticking = Task { @GatewayActor in
      while !Task.isCancelled {
        await clock.whenWaiting(for: 50)
        clock.advance(by: 50)
      }
    }
    defer { ticking.cancel() }
    return await lines.next()
  }

  /// Serves the client to the end of everything.
  func serve() -> Task<Void, Never> {
    let serving = Serving(manager: manager, session: session, stopped: Gate(), drains: false)
    return Task { @GatewayActor in await serving.run() }
  }

  func endInput() { client.endInput() }

  /// Whether the gateway reads what the client writes.
  var clientIsRead: Bool { client.isRead }

  /// The client leaves too much unread, or has read most of it.
  func clientIsCongested(_ isCongested: Bool) { client.isCongested(isCongested) }

  func close() async {
    await manager.shutDown(urgent: true)
    await running?.value
    session.close()
  }

  func tell(_ line: String) { client.tell(line) }

  func ask(_ line: String) async -> String { await client.ask(line) }
}
