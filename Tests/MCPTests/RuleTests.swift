import JSONRPC
import MCP
import Testing

@Suite struct RuleTests {
  private func capabilities(_ json: String) -> ClientCapabilities {
    Array(json.utf8).withUnsafeBytes { ClientCapabilities(json: $0) }
  }

  @Test(arguments: [
    (#"{}"#, "{}"), (#"{"roots":{"listChanged":true}}"#, #"{"roots":{"listChanged":true}}"#),
    (#"{"sampling":{"tools":{},"context":{}}}"#, #"{"sampling":{"tools":{}}}"#),
    (#"{"elicitation":{}}"#, #"{"elicitation":{"form":{}}}"#),
    (#"{"elicitation":{"url":{}},"experimental":{"x":{}}}"#, #"{"elicitation":{"url":{}}}"#),
    (#"{"tasks":{"list":{}}}"#, "{}"),
  ]) func onlyWhatTheClientCanDoIsDeclaredToServers(_ declared: String, _ passed: String) {
    #expect(capabilities(declared).json(for: .november2025) == passed)
  }

  @Test func anOlderRevisionGetsItsOwnShapeOfCapabilities() {
    let all = capabilities(#"{"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}"#)
    #expect(all.json(for: .june2025) == #"{"sampling":{},"elicitation":{}}"#)
    #expect(all.json(for: .march2025) == #"{"sampling":{}}"#)
  }

  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("x", "2025-11-25"),
  ]) func theRevisionIsTheClientsWhenItIsKnown(_ requested: String, _ agreed: String) {
    #expect(Revision.negotiated(requested: requested).rawValue == agreed)
  }

  @Test(
    arguments: [
      (#"{"name":"t","inputSchema":{"type":"object"}}"#, nil), (#"{"inputSchema":{"type":"object"}}"#, "name"),
      (#"{"name":"","inputSchema":{"type":"object"}}"#, "name"), (#"{"name":"t"}"#, "inputSchema"),
      (#"{"name":"t","inputSchema":{"type":"string"}}"#, "inputSchema"), (#"[]"#, "object"),
      (#"{"name":"t","inputSchema":{"type":"object"},"description":7}"#, "description"),
      (#"{"name":"t","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}}"#, "outputSchema"),
    ] as [(String, String?)]) func aToolThatCouldSpoilTheListIsBroken(_ tool: String, _ word: String?)
  {
    let verdict = Array(tool.utf8).withUnsafeBytes { ListItem.judge($0, kind: .tools) }
    switch verdict {
    case .good: #expect(word == nil)
    case .broken(_, let reason): #expect(word.map { reason.contains($0) } == true, "\(reason)")
    }
  }

  @Test func instructionsShareTheirBudgetFairly() {
    let long = String(repeating: "é", count: 3000)
    let shares = Instructions.shares(of: [("a", long), ("b", "short"), ("c", ""), ("d", long)], budget: 2048)
    #expect(shares.map(\.server) == ["a", "b", "d"])
    #expect(shares.map(\.isShortened) == [true, false, true])
    let merged = Instructions.merged(shares) ?? ""
    #expect(merged.utf8.count <= 2048)
    #expect(merged.utf8.count > 1900)
    #expect(merged.contains("# b\nshort"))
  }

  @Test func noInstructionsAreNoText() { #expect(Instructions.merged(Instructions.shares(of: [], budget: 10)) == nil) }

  @Test func aWrappedTaskIDIsRoutedWithoutATable() {
    let raw = Array(#""git:a:b\u0041""#.utf8)
    raw.withUnsafeBytes { bytes in
      let wrapped = TaskID.unwrap(bytes)
      #expect(wrapped?.server == "git")
      #expect(wrapped?.length == 4)
    }
    #expect(Array("\"plain\"".utf8).withUnsafeBytes { TaskID.unwrap($0) } == nil)
  }
}
