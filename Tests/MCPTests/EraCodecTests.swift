import JSONRPC
import MCP
import TestSupport
import Testing

/// What changes between the eras, and that nothing else does.
@Suite struct EraCodecTests {
  private let head = ResultHead(identity: #"{"name":"g","version":"1"}"#)

  private func frame(_ text: String) throws -> Frame {
    try Array(text.utf8).withUnsafeBytes { try Frame.parse($0).get() }
  }

  private func spliced(_ frame: Frame, _ edit: (inout Splicer) -> Void) -> String {
    var splicer = Splicer()
    edit(&splicer)
    let output = OutputBuffer()
    splicer.write(frame, to: output, endsLine: false)
    return output.withFront(limit: .max) { runs in String(decoding: runs.flatMap { Array($0) }, as: UTF8.self) }
  }

  private func stamp(_ json: String = "{}") -> RequestStamp {
    let capabilities = Array(json.utf8).withUnsafeBytes { ClientCapabilities(json: $0) }
    return RequestStamp(capabilities, identity: #"{"name":"g","version":"1"}"#)
  }

  private static let own =
    #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"g","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}"#

  @Test func aLegacyRequestIsStampedForAModernServer() throws {
    let changes = RequestCodec.Changes(stamp: stamp(), logLevel: .warning, token: 9, crossesEras: true)
    for (text, expected) in [
      (#"{"params":{}}"#, #"{"params":{"_meta":{\#(Self.own),"io.modelcontextprotocol/logLevel":"warning"}}}"#),
      (
        #"{"params":{"name":"x","task":{"ttl":1},"_meta":{"progressToken":"t","a/b":1.0}}}"#,
        #"{"params":{"name":"x","_meta":{"progressToken":9,"a/b":1.0,\#(Self.own),"io.modelcontextprotocol/logLevel":"warning"}}}"#
      ),
      (
        #"{"params":{"requestState":"","_meta":null,"inputResponses":{}}}"#,
        #"{"params":{"_meta":{\#(Self.own),"io.modelcontextprotocol/logLevel":"warning"}}}"#
      ),
    ] {
      let request = try frame(text)
      #expect(spliced(request) { RequestCodec.apply(changes, to: request, &$0) } == expected)
    }
  }

  @Test func aModernRequestLosesItsHopForALegacyServer() throws {
    let changes = RequestCodec.Changes(stamp: nil, logLevel: .info, token: nil, crossesEras: true)
    let request = try frame(
      #"{"params":{"_meta":{"io.modelcontextprotocol\/protocolVersion":"2026-07-28","traceparent":"00","io.modelcontextprotocol/clientCapabilities":{}},"arguments":{"n":1e400}}}"#
    )
    #expect(
      spliced(request) { RequestCodec.apply(changes, to: request, &$0) }
        == #"{"params":{"_meta":{"traceparent":"00"},"arguments":{"n":1e400}}}"#)
  }

  @Test func aRetryCarriesItsStateAsItCame() throws {
    let changes = RequestCodec.Changes(
      stamp: stamp(), token: nil, retry: #""inputResponses":{"k":{}},"requestState":"\u0000""#, crossesEras: true)
    let request = try frame(#"{"params":{"name":"x"}}"#)
    #expect(
      spliced(request) { RequestCodec.apply(changes, to: request, &$0) }
        == #"{"params":{"_meta":{\#(Self.own)},"inputResponses":{"k":{}},"requestState":"\u0000","name":"x"}}"#)
  }

  @Test func aResultForALegacyClientLosesWhatItsEraDoesNotKnow() throws {
    for (method, text, expected) in [
      (
        Method.toolsCall,
        #"{"result":{"resultType":"complete","content":[],"structuredContent":[1],"_meta":{"io.modelcontextprotocol/serverInfo":{}}}}"#,
        #"{"result":{"content":[]}}"#
      ),
      (
        .toolsCall, #"{"result":{"structuredContent":{"n":1.0},"content":[]}}"#,
        #"{"result":{"structuredContent":{"n":1.0},"content":[]}}"#
      ),
      (
        .resourcesRead,
        #"{"result":{"ttlMs":1,"contents":[],"cacheScope":"public","_meta":{"x":1,"io.modelcontextprotocol/serverInfo":{}}}}"#,
        #"{"result":{"contents":[],"_meta":{"x":1}}}"#
      ),
      (.toolsCall, #"{"result":{"ttlMs":1,"content":[]}}"#, #"{"result":{"ttlMs":1,"content":[]}}"#),
    ] {
      let result = try frame(text)
      #expect(spliced(result) { ResultCodec.forLegacyClient(result, method, &$0) } == expected)
    }
  }

  @Test func aResultForAModernClientGetsWhatItsEraDemands() throws {
    let info = #""io.modelcontextprotocol/serverInfo":{"name":"g","version":"1"}"#
    for (method, era, text, expected) in [
      (
        Method.toolsCall, Era.legacy, #"{"result":{}}"#,
        #"{"result":{"resultType":"complete","_meta":{\#(info)},"content":[]}}"#
      ),
      (
        .resourcesRead, .legacy, #"{"result":{"contents":[1.0]}}"#,
        #"{"result":{"resultType":"complete","_meta":{\#(info)},"ttlMs":0,"cacheScope":"private","contents":[1.0]}}"#
      ),
      (
        .resourcesRead, .modern,
        #"{"result":{"resultType":"complete","ttlMs":-5,"cacheScope":"public","contents":[],"_meta":{"a":1,"io.modelcontextprotocol/serverInfo":7}}}"#,
        #"{"result":{"resultType":"complete","ttlMs":0,"cacheScope":"public","contents":[],"_meta":{"a":1,\#(info)}}}"#
      ),
      (
        .toolsCall, .legacy,
        #"{"result":{"resultType":"task","content":[],"_meta":{"io.modelcontextprotocol/related-task":{}}}}"#,
        #"{"result":{"resultType":"complete","content":[],"_meta":{\#(info)}}}"#
      ),
      (
        .toolsCall, .modern, #"{"result":{"resultType":"complete","_meta":{}}}"#,
        #"{"result":{"resultType":"complete","_meta":{\#(info)}}}"#
      ),
    ] {
      let result = try frame(text)
      #expect(
        spliced(result) { ResultCodec.forModernClient(result, method, from: era, identity: head, &$0) } == expected)
    }
  }

  @Test(arguments: 1...300 as ClosedRange<UInt64>) func thereAndBackAgainNothingIsLost(_ seed: UInt64) throws {
    var random = SplitMix(seed)
    func text() -> String { random.text(0...8, of: "ab/\u{e9}") }
    var members = (0..<Int.random(in: 0...4, using: &random)).map { "\"x\($0)\": [1.0, \(JSONText.quote(text()))]" }
    if Bool.random(using: &random) {
      members.insert("\"content\" :[ ]", at: Int.random(in: 0...members.count, using: &random))
    }
    if Bool.random(using: &random) {
      let own = (0..<Int.random(in: 1...3, using: &random)).map { "\"v/\($0)\":1e2" }
      members.insert(
        "\"_meta\":{\(own.joined(separator: ", "))}", at: Int.random(in: 0...members.count, using: &random))
    }
    let original = "{\"id\":1,\"result\":{\(members.joined(separator: ","))}}"
    let legacy = try frame(original)
    let modern = try frame(
      spliced(legacy) { ResultCodec.forModernClient(legacy, .promptsGet, from: .legacy, identity: head, &$0) })
    #expect(modern.string("resultType", in: .result) == "complete", "seed \(seed)")
    let back = spliced(modern) { ResultCodec.forLegacyClient(modern, .promptsGet, &$0) }
    #expect(back.filter { $0 != " " } == original.filter { $0 != " " }, "seed \(seed)")
  }

  @Test func whatAServerSaysAboutItsVersionsDecidesItsEra() throws {
    for (text, expected) in [
      (#"{"result":{"supportedVersions":["2027-01-01","2026-07-28"]}}"#, DiscoverAnswer.modern(.july2026)),
      (#"{"result":{"supportedVersions":["2025-11-25"]}}"#, .legacy), (#"{"result":{}}"#, .legacy),
      (#"{"error":{"code":-32601,"message":""}}"#, .legacy),
      (#"{"error":{"code":-32022,"message":"","data":{"supported":["2027-01-01"]}}}"#, .unsupported(["2027-01-01"])),
      (#"{"error":{"code":-32022,"message":"","data":{"supported":["2027-01-01","2025-06-18"]}}}"#, .legacy),
      (#"{"error":{"code":-32022,"message":""}}"#, .legacy),
      (
        #"{"error":{"code":-32021,"message":"","data":{"requiredCapabilities":{"roots":{}}}}}"#,
        .demanding(#"{"roots":{}}"#)
      ),
      (#"{"error":{"code":-32021,"message":""}}"#, .legacy),
    ] {
      #expect(DiscoverAnswer(try frame(text)) == expected, "\(text)")
    }
  }

  @Test func aTokenIsReadByItsOwnSpellingOnly() {
    var generator = SplitMix(1)
    let token = ParkingToken(run: 7, using: &generator)
    func read(_ text: String) -> ParkingToken? {
      Array(JSONText.quote(text).utf8).withUnsafeBytes { ParkingToken(raw: $0) }
    }
    #expect(read(token.text) == token)
    #expect(token.isOf(run: 7) && !token.isOf(run: 8))
    for other in [
      "", "mcp-junction:", token.text + "-1", "x" + token.text, token.text.uppercased(), "mcp-junction:07-1-1",
    ] {
      #expect(read(other) == nil, "\(other)")
    }
    #expect(ParkingToken(run: 7, using: &generator) != token)
  }

  @Test func aPartOfAResourceLiesBelowIt() {
    for (part, whole, isPart) in [
      ("a://x/y", "a://x", true), ("a://xy", "a://x", false), ("a://x?q", "a://x", true), ("a://x#f", "a://x", true),
      ("a://x", "a://x", false), ("a://x/y", "a://x/", true), ("b", "", false),
    ] {
      #expect(ListenFilter.isPart(part, of: whole) == isPart, "\(part) of \(whole)")
    }
  }

  @Test func hintsThatAreWrongMeanThatNothingIsKept() throws {
    for (text, expected) in [
      (#"{"result":{"ttlMs":5,"cacheScope":"public"}}"#, CacheHints(timeToLive: 5, scope: .public)),
      (#"{"result":{"ttlMs":5.7,"cacheScope":"all"}}"#, CacheHints(timeToLive: 5, scope: .private)),
      (#"{"result":{"ttlMs":-1}}"#, .none), (#"{"result":{"ttlMs":"9"}}"#, .none),
      (#"{"result":{"ttlMs":1e300,"cacheScope":"public"}}"#, CacheHints(timeToLive: 86_400_000, scope: .public)),
    ] {
      #expect(CacheHints(resultOf: try frame(text)) == expected, "\(text)")
    }
  }
}
