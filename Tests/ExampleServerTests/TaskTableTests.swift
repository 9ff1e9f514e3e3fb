import MCP
import TestSupport
import Testing

@testable import mcp_example_server

@Suite struct TaskTableTests {
  @Test func aTaskEndsOnceAndKeepsWhatItEndedWith() throws {
    var table = TaskTable()
    let entry = try table.create("t", lifetime: 5, now: 1000)
    #expect(entry.json.text.hasPrefix(#"{"taskId":"t","status":"working","createdAt":"1970-01-01T00:00:01.000Z""#))
    let waiting = table.change("t", to: .inputRequired, "asks", now: 2000)
    #expect(waiting?.statusMessage == "asks")
    let ended = table.end("t", .success(["content": []]), now: 3000)
    #expect(ended?.status == .completed)
    #expect(ended?.statusMessage == nil)
    let late = [
      table.change("t", to: .working, now: 4000), table.cancel("t", now: 4000),
      table.end("t", .success([:]), now: 4000), table.cancel("unknown", now: 4000),
    ]
    #expect(late.allSatisfy { $0 == nil })
    #expect(table["t"]?.outcome == .success(["content": []]))
    #expect(table["t"]?.updatedAt == 3000)
  }

  @Test func anErrorOfTheToolIsAFailure() throws {
    var table = TaskTable()
    _ = try table.create("a", lifetime: nil, now: 0)
    _ = try table.create("b", lifetime: nil, now: 0)
    let failed = table.end("a", .success(["content": [], "isError": true]), now: 1)
    #expect(failed?.status == .failed)
    let refused = table.end("b", .failure(.invalidParams("why")), now: 1)
    #expect(refused?.status == .failed)
    #expect(refused?.statusMessage == "why")
  }

  @Test(arguments: [(nil, TaskTable.defaultLifetime), (-1, 0), (250, 250), (Int.max, TaskTable.longestLifetime)])
  func aClientGetsTheLifetimeItAsksForWithinReason(_ asked: Int?, _ given: Int) throws {
    var table = TaskTable()
    #expect(try table.create("t", lifetime: asked, now: 0).lifetime == given)
  }

  @Test func thereIsALimit() throws {
    var table = TaskTable()
    for number in 0..<TaskTable.limit { _ = try table.create("\(number)", lifetime: nil, now: 0) }
    #expect(throws: ProtocolError.self) { try table.create("more", lifetime: nil, now: 0) }
    table.forget("7")
    #expect(try table.create("more", lifetime: nil, now: 0).id == "more")
  }

  @Test(arguments: UInt64(1)...40) func whateverHappensNoEndIsTakenBack(_ seed: UInt64) {
    var random = SplitMix(seed)
    var table = TaskTable()
    var ends: [String: (TaskTable.Status, Result<JSON, ProtocolError>)] = [:]
    for now in 1...UInt64(200) {
      let id = "\(Int.random(in: 0..<8, using: &random))"
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where table[id] == nil: _ = try? table.create(id, lifetime: nil, now: now)
      case 1: _ = table.change(id, to: Bool.random(using: &random) ? .working : .inputRequired, now: now)
      case 2: _ = table.end(id, .success(["n": .integer(now)]), now: now)
      case 3: _ = table.end(id, .failure(ProtocolError(.internal, "\(now)")), now: now)
      case 4: _ = table.cancel(id, now: now)
      default:
        table.forget(id)
        ends[id] = nil
      }
      guard let entry = table[id] else { continue }
      #expect(entry.status.isTerminal == (entry.outcome != nil), "seed \(seed), step \(now)")
      if let end = ends[id] {
        #expect(entry.status == end.0 && entry.outcome == end.1, "seed \(seed), step \(now)")
      } else if let outcome = entry.outcome {
        ends[id] = (entry.status, outcome)
      }
      #expect(entry.updatedAt <= now && entry.createdAt <= entry.updatedAt, "seed \(seed), step \(now)")
    }
  }
}
