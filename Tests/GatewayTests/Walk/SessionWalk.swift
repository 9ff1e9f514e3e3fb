import EventLoop
import TestSupport
import Testing

/// A random walk over a gateway with a client of each era and servers of both: everything that they may say, in any
/// order, against what must hold of every answer.
@GatewayActor
final class SessionWalk {
  static let names = ["old", "new", "both"]

  private let seed: UInt64
  private var chance: SplitMix
  private let bench: Bench
  private let clients: [WalkClient]
  private let servers: [WalkServer]
  private var step = 0

  init(seed: UInt64) {
    self.seed = seed
    chance = SplitMix(seed)
    let bench = Bench(
      servers: Self.names, junction: #"{"inputWait":"60s"}"#, entry: #"{"callsInFlight":4,"queue":8}"#)
    self.bench = bench
    servers = Self.names.map { WalkServer($0, bench[$0]) }
    for (server, eras) in zip(servers, [ServerManners.Eras.legacy, .modern, .both]) {
      server.fake.eras = eras
      server.fake.resources = ["\(server.name):1", "all:1"]
      server.fake.prompts = ["p"]
      server.fake.capabilities =
        #"{"tools":{"listChanged":true},"logging":{},"resources":{"subscribe":true,"listChanged":true},"prompts":{"listChanged":true},"completions":{}}"#
    }
    clients = [WalkClient(bench.anotherClient(), isModern: false), WalkClient(bench.anotherClient(), isModern: true)]
  }

  private var story: String { "seed \(seed), step \(step)" }

  /// What the client of each era came across.
  var seen: (legacy: Set<String>, modern: Set<String>) { (clients[0].seen, clients[1].seen) }

  func walk(steps: Int) async {
    bench.startServers()
    for client in clients.shuffled(using: &chance) {
      client.begin()
      if Bool.random(using: &chance) { await settle() }
    }
    for number in 1...steps {
      step = number
      act()
      await settle()
    }
    await finish()
  }

  /// Lets everything happen that is going to happen without news. That it comes to an end is part of what is shown.
  private func settle() async {
    Watchdog.beat(story)
    var last = -1
    var rounds = 0
    while case let traffic = bench.traffic + clients.reduce(0, { $0 + $1.heard }), traffic != last {
      last = traffic
      await turns(4)
      rounds += 1
      guard rounds < 500 else {
        Issue.record("\(story): messages pass without end")
        break
      }
    }
    for server in servers { server.forgetTheDead() }
    for fault in clients.flatMap({ $0.takeFaults() }) { Issue.record("\(story): \(fault)") }
  }

  // MARK: - What happens

  private func act() {
    let client = clients.randomElement(using: &chance)!
    let server = servers.randomElement(using: &chance)!
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<34: request(client, server)
    case 34..<38: takeBack(client)
    case 38..<42: saySomethingOdd(client)
    case 42..<48: answerQuestion(client)
    case 48..<53: comeBack(client)
    case 53..<75: answer(server)
    case 75..<78: answerLate(server)
    case 78..<87: ask(server)
    case 87..<93: notify(server)
    case 93: server.fake.die()
    default: bench.clock.advance(by: [1, 5, 5, 50, 250, 1_000, 1_000, 7_000, 30_000].randomElement(using: &chance)!)
    }
  }

  private func request(_ client: WalkClient, _ server: WalkServer) {
    let uri = Bool.random(using: &chance) ? "\(server.name):1" : ["all:1", "none:1"].randomElement(using: &chance)!
    switch Int.random(in: 0..<(client.isModern ? 20 : 23), using: &chance) {
    case 0..<10: client.call(server.name)
    case 10: client.call(server.name, tool: "unknown")
    case 11: client.ask("resources/read", #""uri":"\#(uri)""#)
    case 12: client.ask("prompts/get", #""name":"\#(server.name)__p""#)
    case 13:
      client.ask(
        "completion/complete",
        #""ref":{"type":"ref/prompt","name":"\#(server.name)__p"},"argument":{"name":"a","value":"b"}"#)
    case 14: client.ask("tools/list")
    case 15: client.ask("resources/list")
    case 16: client.ask("no/such/method")
    case 17: client.ask(client.isModern ? "server/discover" : "ping")
    case 18: client.ask("resources/templates/list", #""cursor":"x""#)
    case 19 where client.isModern:
      client.ask(
        "subscriptions/listen", #""notifications":{"toolsListChanged":true,"resourceSubscriptions":["\#(uri)"]}"#)
    case 20: client.ask("resources/subscribe", #""uri":"\#(uri)""#)
    case 21: client.ask("resources/unsubscribe", #""uri":"\#(uri)""#)
    case 22: client.ask("logging/setLevel", #""level":"info""#)
    default: client.ask("prompts/list")
    }
  }

  private func takeBack(_ client: WalkClient) {
    let ids = client.open.filter { $0.value.method != "initialize" }.keys.sorted() + ["\"nobody\""]
    client.takeBack(ids.randomElement(using: &chance)!)
  }

  private func saySomethingOdd(_ client: WalkClient) {
    let odd = ["nonsense", "{", "[]", "17", #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "{}", #"{"a":1,}"#]
    let quiet = [
      #"{"jsonrpc":"2.0","id":99999,"result":{}}"#, #"{"jsonrpc":"2.0","method":"notifications/odd","params":{}}"#,
      #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#,
      #"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#,
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#,
    ]
    if Bool.random(using: &chance) {
      client.babble(odd.randomElement(using: &chance)!)
    } else {
      client.tell(quiet.randomElement(using: &chance)!)
    }
  }

  private func answerQuestion(_ client: WalkClient) {
    guard let index = client.questions.indices.randomElement(using: &chance) else { return }
    let members = [
      #""result":{"action":"accept","content":{}}"#, #""error":{"code":-1,"message":"no"}"#, #""result":{}"#,
    ]
    client.answer(index, members.randomElement(using: &chance)!)
  }

  private func comeBack(_ client: WalkClient) {
    guard let index = client.interim.indices.randomElement(using: &chance) else { return }
    client.comeBack(
      index, action: ["accept", "decline", "cancel"].randomElement(using: &chance)!,
      times: Int.random(in: 0..<3, using: &chance) == 0 ? 2 : 1)
  }

  private func answer(_ server: WalkServer) {
    guard let index = server.pending.indices.randomElement(using: &chance) else { return }
    let request = server.take(index)
    let isModern = server.isModern(request)
    switch Int.random(in: 0..<12, using: &chance) {
    case 0: server.reply(to: request, #""error":{"code":-32603,"message":"it failed"}"#)
    case 1: server.reply(to: request, #""error":{"code":\#(isModern ? -32021 : -32002),"message":"m","data":{}}"#)
    case 2 where request.method == "tools/call" && !isModern:
      server.reply(
        to: request,
        #""error":{"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","message":"m","elicitationId":"e","url":"https://x.test"}]}}"#
      )
    case 2...4 where request.method == "tools/call" && isModern:
      let questions = [
        #""a":{"method":"elicitation/create","params":{"message":"m","requestedSchema":{}}}"#,
        #""b":{"method":"roots/list"}"#, #""c":{"method":"sampling/createMessage","params":{}}"#,
      ].shuffled(using: &chance).prefix(Int.random(in: 0...3, using: &chance))
      server.reply(
        to: request,
        #""result":{"resultType":"input_required","inputRequests":{\#(questions.joined(separator: ","))},"requestState":"s"}"#
      )
    case 5: server.reply(to: request, #""result":{"isError":true,"content":[]}"#)
    default: server.reply(to: request, "\"result\":\(server.goodResult(request))")
    }
  }

  private func answerLate(_ server: WalkServer) {
    guard let request = server.stale.randomElement(using: &chance) else { return }
    server.reply(to: request, "\"result\":\(server.goodResult(request))")
  }

  private func ask(_ server: WalkServer) {
    if let index = server.questions.indices.randomElement(using: &chance), Int.random(in: 0..<3, using: &chance) == 0 {
      return server.takeBackQuestion(index)
    }
    let methods = ["elicitation/create", "sampling/createMessage", "roots/list", "ping", "odd/question"]
    server.ask(methods.randomElement(using: &chance)!)
  }

  private func notify(_ server: WalkServer) {
    switch Int.random(in: 0..<8, using: &chance) {
    case 0, 1:
      let token = server.pending.randomElement(using: &chance)?.id ?? "17"
      server.fake.send(
        #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":\#(step)}}"#
      )
    case 2:
      server.fake.send(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}}"#)
    case 3, 4:
      server.fake.tools = ["echo"] + (0..<Int.random(in: 0..<3, using: &chance)).map { "t\($0)" }
      server.fake.send(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      server.fake.tell("notifications/tools/list_changed")
    case 5:
      server.fake.send(
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"\#(server.name):1"}}"#)
      server.fake.tell("notifications/resources/updated", #""uri":"all:1""#)
    case 6:
      if let listen = server.fake.listens.randomElement(using: &chance) {
        server.fake.send(#"{"jsonrpc":"2.0","id":\#(listen),"result":{"resultType":"complete"}}"#)
      }
    default: server.fake.send("a line that is no message")
    }
  }

  // MARK: - The end

  /// With servers that answer and clients that come back, everything comes to its end, and nothing is left.
  private func finish() async {
    // A client that does not come back holds its call for as long as `inputWait` says, and no longer.
    for client in clients { client.forgetInterim() }
    for _ in 0..<3 {
      bench.clock.advance(by: 30_000)
      await settle()
    }
    var rounds = 0
    while !clients.allSatisfy({ $0.owed.isEmpty && $0.interim.isEmpty }), rounds < 400 {
      rounds += 1
      for client in clients {
        while !client.questions.isEmpty { client.answer(0, #""result":{"action":"accept"}"#) }
        while !client.interim.isEmpty { client.comeBack(0) }
      }
      for server in servers {
        while !server.pending.isEmpty {
          let request = server.take(0)
          server.reply(to: request, "\"result\":\(server.goodResult(request))")
        }
      }
      await settle()
      bench.clock.advance(by: rounds % 10 == 0 ? 30_000 : 300)
      await settle()
    }
    for client in clients {
      #expect(client.owed.isEmpty, "\(story): never answered")
      for id in client.open.filter(\.value.isListen).keys.sorted() { client.takeBack(id) }
    }
    await settle()
    for client in clients { #expect(client.unanswered == 0, "\(story): the gateway has requests of nobody") }
    // Subscriptions that ended with the listens.
    for server in servers { while !server.pending.isEmpty { server.reply(to: server.take(0), #""result":{}"#) } }
    await settle()
    #expect(bench.openCalls == [], "\(story): something is left over")
    await bench.close()
    Watchdog.rest()
  }
}
