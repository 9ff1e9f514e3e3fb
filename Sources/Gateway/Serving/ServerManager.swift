package import Configuration
package import EventLoop
import JSONRPC
import MCP
import ToolSearch

/// The host: all configured servers and what clients see of them, started once, for any number of sessions that come and
/// go.
@GatewayActor
package final class ServerManager {
  package let upstream: ServerSet
  package let audience: Audience
  let catalogs: Catalogs
  /// Tells tokens of this run from those of another.
  let runNumber = UInt64.random(in: .min ... .max)
  /// Who is told of every call.
  let audit: CallAudit?
  private var sessions: UInt64 = 0

  /// Makes all servers and starts none. `isShared` says that several clients are served: servers are promised all that the
  /// gateway can pass on then, else what the first client declares.
  package init(
    configuration: Configuration, identity: Identity, clock: LoopClock, carriers: CarrierFactory,
    facts: FactStore = .none, log: Log, audit: CallAudit? = nil, isShared: Bool = false
  ) {
    self.audit = audit
    upstream = ServerSet(
      configuration: configuration, identity: identity, clock: clock, carriers: carriers, facts: facts, log: log,
      declaring: isShared ? .everything : .ofTheClient)
    catalogs = Catalogs(of: upstream)
    audience = Audience(upstream, catalogs)
  }

  package var configuration: Configuration { upstream.configuration }
  package var clock: LoopClock { upstream.clock }
  package var metrics: Metrics { upstream.metrics }
  package var log: Log { upstream.log }
  package var identity: Identity { upstream.introduction.identity }
  package var servers: [UpstreamServer] { upstream.servers }
  /// Open once every server has been ready, or has failed once.
  package var settled: Gate { upstream.settled }

  /// The merged lists as they are now, for clients of whom nothing else is configured.
  package var catalog: Catalog { catalogs.standard.catalog }

  /// Explains every tool of a name, for clients of whom nothing else is configured, or for those of a profile: where it
  /// comes from, and what was done to it.
  package func explanations(of name: String, profile: String? = nil) -> [ToolExplanation] {
    catalogs.view(of: nil, profile: profile).explanations(of: name)
  }

  /// What each tool costs a model that is shown the list of all: tokens by a rule of thumb, of its whole definition under its
  /// public name, in the order of the list.
  package func toolCosts(profile: String? = nil) -> [(server: String, tool: String, tokens: Int)] {
    let view = catalogs.view(of: nil, profile: profile)
    return view.catalog.toolEntries.map { entry in
      let server = upstream.server(entry.server)?.name ?? ""
      return (server, entry.name, TokenEstimate.tokens(bytes: entry.item.bytes(named: entry.name).count))
    }
  }

  /// What the gateway's own tools cost that stand in the place of all others with `"face": "search"`.
  package var faceCost: Int { TokenEstimate.tokens(bytes: FaceTool.list.count) }

  /// Finds tools as `search_tools` does, the best first.
  func found(_ query: String, limit: Int, profile: String?) -> [ToolFinder.Found] {
    catalogs.view(of: nil, profile: profile).finder.find(query, limit: limit)
  }

  /// Suspends until the lists are merged as they are now.
  package func whenMerged() async { await catalogs.standard.whenMerged() }

  // MARK: - Life

  /// Starts every server in parallel and keeps them running; returns after ``shutDown(urgent:)``.
  package func run() async { await upstream.run() }

  /// Ends all servers and everything below them.
  ///
  /// - Parameter urgent: skips the first step of the ladder.
  package func shutDown(urgent: Bool) async { await upstream.shutDown(urgent: urgent) }

  /// Lets the handshakes begin without a client.
  package func declareNothing() { upstream.declare(.none) }

  /// Whether a client has said what it can do, so that guests may come.
  package var isIntroduced: Bool { upstream.declaration.declaredAt != nil }

  /// Opens a session for a client.
  ///
  /// - Parameters:
  ///   - transport: what carries its messages.
  ///   - terms: what it sees; nil for what its profile says, or what is known of clients of its name.
  ///   - profile: the name of its profile; nil for the first that fits when it has introduced itself.
  ///   - role: for whom the gateway runs.
  package func open(
    _ transport: Transport, seeing terms: CatalogView.Terms? = nil, profile: String? = nil,
    as role: ClientSession.Role = .client
  ) -> ClientSession {
    sessions += 1
    let sight =
      terms.map { ClientSession.Sight.fixed(catalogs.view($0)) } ?? .byName(profile: profile)
    return ClientSession(of: self, number: sessions, role: role, seeing: sight, transport: transport)
  }

  /// Returns a session's own tasks of all servers that list them, as raw objects with wrapped ids.
  func tasks(of session: UInt64, where isOwned: (String) -> Bool) async -> [String] {
    var tasks: [String] = []
    for connection in servers.flatMap(\.connections)
    where connection.negotiated?.capabilities.tasksList == true && connection.lane.serves(session) {
      tasks += await connection.readTasks(key: connection.server.taskKey, where: isOwned)
    }
    return tasks
  }

  /// Whether so many bytes of one client may wait for servers that are still starting.
  func mayQueue(_ count: Int) -> Bool { count <= configuration.settings.maxQueuedBytes }
}
