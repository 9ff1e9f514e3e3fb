import EventLoop
import TestSupport
import Testing

/// A random walk with one server that writes anything at any time, in every phase of its life, and a good one beside it
/// of which nothing of that may be felt.
@GatewayActor
final class HostileWalk {
  private static let limit = 1 << 12

  private let seed: UInt64
  private var chance: SplitMix
  private let bench: Bench
  private let clients: [WalkClient]
  private let bad: WalkServer
  private var step = 0

  init(seed: UInt64) {
    self.seed = seed
    chance = SplitMix(seed)
    let eras: [ServerManners.Eras] = [.legacy, .modern, .both]
    let bench = Bench(
      servers: ["good", "bad"], junction: #"{"inputWait":"20s"}"#,
      entry: #"{"callTimeout":"40s","handshakeTimeout":"10s"}"#)
    self.bench = bench
    let offer =
      #"{"tools":{"listChanged":true},"logging":{},"resources":{"subscribe":true,"listChanged":true},"prompts":{}}"#
    for server in bench.servers.values {
      server.eras = eras.randomElement(using: &chance)!
      server.capabilities = offer
    }
    for name in ["good", "bad"] { bench[name].resources = ["\(name):1"] }
    bad = WalkServer("bad", bench["bad"])
    bad.isHelpful = false
    bad.fake.frameLimit = Self.limit
    clients = [WalkClient(bench.anotherClient(), isModern: false), WalkClient(bench.anotherClient(), isModern: true)]
    let good = bench["good"]
    good.onLine = { line, process in
      guard let id = JSONOracle.value(of: line, "id"), let method = JSONOracle.value(of: line, "method") else {
        return JSONOracle.value(of: line, "id") != nil
      }
      guard method != "\"tools/call\"" else {
        let word = JSONOracle.value(of: line, "params", "arguments", "word") ?? "null"
        good.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[],"word":\#(word)}}"#, from: process)
        return true
      }
      guard good.manners.answer(to: String(method.dropFirst().dropLast()), isModern: false) == nil,
        method != "\"subscriptions/listen\""
      else { return false }
      good.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#, from: process)
      return true
    }
    for client in clients {
      client.reliable = "good"
      client.holdsLegacyToItsEra = false
    }
  }

  private var story: String { "seed \(seed), step \(step), last \(last)" }
  /// What the hostile server wrote last.
  private var last = ""
  /// The phases in which the hostile server has answered amiss.
  private(set) var reached: Set<HostilePhase> = []
  /// Processes whose last line has not ended.
  private var unfinished: Set<Int> = []
  /// The word of a call whose answer it has given, in whatever shape.
  private var settled: String?

  func walk(steps: Int) async {
    bench.startServers()
    for client in clients.shuffled(using: &chance) { client.begin() }
    await settle()
    bench.clock.advance(by: 1_000)
    await settle()
    for number in 1...steps {
      step = number
      let starts = bad.fake.starts
      act()
      await settle()
      await check()
      #expect(bad.fake.starts - starts <= 3, "\(story): started again and again")
      last = ""
    }
    await finish()
  }

  private var traffic: Int { bench.traffic + clients.reduce(0) { $0 + $1.heard } }

  /// Lets everything happen that is going to happen without news. That it comes to an end is part of what is shown.
  private func settle() async {
    Watchdog.beat(story)
    let before = traffic
    var last = -1
    while traffic != last {
      last = traffic
      await turns(4)
      guard traffic - before < 500 else {
        Issue.record("\(story): messages pass without end")
        break
      }
    }
    bad.forgetTheDead()
    for fault in clients.flatMap({ $0.takeFaults() }) { Issue.record("\(story): \(fault)") }
  }

  /// Calls of the good server are answered without any time passing.
  private func check() async {
    if let word = settled.take(), clients.contains(where: { $0.owes(word) }) {
      Issue.record("\(story): the call stays open")
    }
    for _ in 0..<500 {
      guard clients.contains(where: { !$0.owed(to: "good").isEmpty }) else { return }
      await turns(4)
    }
    Issue.record("\(story): the good server's calls suffer")
  }

  // MARK: - What happens

  private func act() {
    let client = clients.randomElement(using: &chance)!
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<12: client.call("good")
    case 12..<30: request(client)
    case 30..<34: takeBack(client)
    case 34..<38:
      if let index = client.questions.indices.randomElement(using: &chance) {
        client.answer(index, #""result":{"action":"accept"}"#)
      }
    case 38..<42: if let index = client.interim.indices.randomElement(using: &chance) { client.comeBack(index) }
    case 42..<78: answer()
    case 78..<84: notify()
    case 84..<90: ask()
    case 90: bad.fake.die()
    case 91: write(Array(#"{"jsonrpc":"2.0","id":1,"res"#.utf8), "a cut line")
    case 92: write(noise.randomElement(using: &chance)!, "noise")
    default: bench.clock.advance(by: [1, 5, 50, 250, 1_000, 5_000, 20_000].randomElement(using: &chance)!)
    }
    if client.owed.count > 60 { bench.clock.advance(by: 20_000) }
  }

  private var noise: [[UInt8]] {
    [
      [0x0A, 0x0A, 0x0D, 0x0A], [0xFF, 0xFE, 0x0A], Array(repeating: UInt8(ascii: "["), count: 3_000) + [0x0A],
      Array(String(repeating: "x", count: Self.limit + 10).utf8), Array("\u{1B}[31mred\u{1B}[0m\n".utf8), [0],
      Array("null\ntrue\n1e400\n\"id\"\n".utf8),
    ]
  }

  private func request(_ client: WalkClient) {
    switch Int.random(in: 0..<8, using: &chance) {
    case 0: client.ask("resources/read", #""uri":"bad:1""#)
    case 1: client.ask("tools/list")
    case 2 where client.isModern:
      client.ask(
        "subscriptions/listen", #""notifications":{"toolsListChanged":true,"resourceSubscriptions":["bad:1"]}"#)
    case 2: client.ask("resources/subscribe", #""uri":"bad:1""#)
    default: client.call("bad")
    }
  }

  private func takeBack(_ client: WalkClient) {
    let ids = client.open.filter { $0.value.method != "initialize" }.keys.sorted()
    if let id = ids.randomElement(using: &chance) { client.takeBack(id) }
  }

  private func phase(of request: WalkServer.Request) -> HostilePhase {
    switch request.method {
    case "initialize": .handshake
    case "server/discover": .discovery
    case "tools/list", "prompts/list", "resources/list", "resources/templates/list": .listing
    case "tools/call", "resources/read": .call
    case "subscriptions/listen": .listen
    default: .other
    }
  }

  private func answer() {
    guard let index = bad.pending.indices.randomElement(using: &chance) else { return }
    let request = bad.take(index)
    let phase = phase(of: request)
    if Bool.random(using: &chance) { return answerWell(request) }
    let shape = HostileShape.allCases.randomElement(using: &chance)!
    reached.insert(phase)
    let word = JSONOracle.value(of: request.line, "params", "arguments", "word")
    let result = bad.fake.manners.answer(to: request.method, isModern: bad.isModern(request)).flatMap {
      JSONOracle.value(of: "{\($0)}", "result")
    }
    let isAlone = write(
      shape.bytes(id: request.id, result: result ?? bad.goodResult(request), limit: Self.limit),
      "\(shape) in \(phase)", from: request.process)
    guard isAlone, phase == .call, let word, shape.namesItsRequest else { return }
    settled = word
  }

  private func answerWell(_ request: WalkServer.Request) {
    last = "a good answer"
    if request.method == "subscriptions/listen" {
      return bad.fake.send(
        #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(request.id)},"notifications":{"resourceSubscriptions":["bad:1"]}}}"#,
        from: request.process)
    }
    if request.method == "tools/call", bad.isModern(request), Bool.random(using: &chance) {
      let questions =
        [
          #""inputRequests":{"a":{"method":"roots/list"}}"#, #""inputRequests":[]"#, #""inputRequests":{"a":1}"#,
          #""requestState":{}"#,
          #""requestState":"s""#, #""inputRequests":{"a":{"method":"elicitation/create","params":{"message":7}}}"#,
          #""inputRequests":{"a":{"method":"elicitation/create","params":[1]}}"#,
        ]
      return bad.reply(
        to: request,
        #""result":{"resultType":"input_required",\#(questions.randomElement(using: &chance)!)}"#)
    }
    bad.reply(
      to: request,
      bad.fake.manners.answer(to: request.method, isModern: bad.isModern(request))
        ?? "\"result\":\(bad.goodResult(request))")
  }

  private static let oddParams = [
    "[]", "[1]", "\"text\"", "7", "true", "null", "{}", #"{"_meta":[]}"#, #"{"_meta":7}"#,
  ]

  private func notify() {
    let methods = [
      "notifications/message", "notifications/progress", "notifications/cancelled", "notifications/resources/updated",
      "notifications/tools/list_changed", "notifications/subscriptions/acknowledged", "notifications/tasks/status",
      "notifications/elicitation/complete", "notifications/tasks", "notifications/odd",
    ]
    let method = methods.randomElement(using: &chance)!
    let token = bad.pending.randomElement(using: &chance)?.id ?? "1"
    let params =
      (Self.oddParams + [
        #"{"level":7,"data":1}"#, #"{"level":"error","logger":[],"data":1}"#,
        #"{"progressToken":\#(token),"progress":"x"}"#, #"{"progressToken":\#(token),"progressToken":\#(token)}"#,
        #"{"requestId":\#(token)}"#, #"{"requestId":[]}"#, #"{"uri":7}"#, #"{"uri":"bad:1"}"#,
        #"{"_meta":{"io.modelcontextprotocol/subscriptionId":\#(token)},"notifications":[]}"#,
      ]).randomElement(using: &chance)!
    write(
      Array("{\"jsonrpc\":\"2.0\",\"method\":\"\(method)\",\"params\":\(params)}\n".utf8), "\(method) with \(params)")
  }

  private func ask() {
    let method = ["elicitation/create", "sampling/createMessage", "roots/list", "ping", "odd"].randomElement(
      using: &chance)!
    let id = ["1", "\"1\"", "null", "{}", "1.5", "[]", "\"\"", "-1"].randomElement(using: &chance)!
    let params =
      (Self.oddParams + [
        #"{"message":7}"#, #"{"message":"m","message":"n"}"#, #"{"mode":"url"}"#, #"{"mode":7,"message":"m"}"#,
        #"{"includeContext":{},"messages":7}"#, #"{"message":"m","requestedSchema":{}}"#,
        #"{"_meta":{"io.modelcontextprotocol/related-task":7},"message":"m"}"#,
      ]).randomElement(using: &chance)!
    write(
      Array("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":\(params)}\n".utf8),
      "\(method) \(id) with \(params)")
  }

  /// Writes something. Returns whether it stands on a line of its own.
  @discardableResult
  private func write(_ bytes: [UInt8], _ what: String, from process: Int? = nil) -> Bool {
    last = what
    Watchdog.beat(story)
    bad.fake.write(bytes, from: process)
    guard let end = bytes.last else { return false }
    let number = process ?? bad.fake.starts - 1
    let isAlone = !unfinished.contains(number)
    if end == UInt8(ascii: "\n") { unfinished.remove(number) } else { unfinished.insert(number) }
    return isAlone
  }

  // MARK: - The end

  /// Even when it never says anything again, everything comes to its end.
  private func finish() async {
    for _ in 0..<100 where !clients.allSatisfy({ $0.owed.isEmpty }) {
      for client in clients { while !client.questions.isEmpty { client.answer(0, #""result":{"action":"cancel"}"#) } }
      bench.clock.advance(by: 5_000)
      await settle()
    }
    for client in clients {
      #expect(client.owed.map { client.open[$0]?.method ?? "" } == [], "\(story): never answered")
      for id in client.open.filter(\.value.isListen).keys.sorted() { client.takeBack(id) }
      client.call("good")
    }
    await settle()
    await check()
    for client in clients { #expect(client.unanswered == 0, "\(story): the gateway has requests of nobody") }
    await bench.close()
    Watchdog.rest()
  }
}
