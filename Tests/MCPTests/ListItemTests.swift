import JSONRPC
import MCP
import Testing

@Suite struct ListItemTests {
  private func judge(_ text: String, _ kind: ListKind, _ era: Era = .legacy) -> ListItem.Verdict {
    Array(text.utf8).withUnsafeBytes { ListItem.judge($0, kind: kind, era: era) }
  }

  /// What becomes of an entry: its bytes, or the reason why it is none.
  private func judged(_ text: String, _ kind: ListKind, _ era: Era = .legacy) -> String {
    switch judge(text, kind, era) {
    case .good(let item): item.legacyFault ?? String(decoding: item.bytes, as: UTF8.self)
    case .broken(_, let reason): reason
    }
  }

  private func tool(_ more: String, schema: String = #"{"type":"object"}"#) -> String {
    #"{"name":"t","inputSchema":\#(schema)\#(more.isEmpty ? "" : "," + more)}"#
  }

  private func schema(_ more: String) -> String { tool("", schema: #"{"type":"object",\#(more)}"#) }

  @Test(arguments: [
    "", #""title":"T","description":"d","_meta":{"a":null},"icons":[{"src":"s","sizes":["1x1"],"theme":"dark"}]"#,
    #""annotations":{"title":"T","readOnlyHint":true,"more":7},"execution":{"taskSupport":"optional"}"#,
    #""outputSchema":{"type":"object","properties":{},"required":["a"]},"unknown":null"#,
  ]) func whatEveryClientTakesStaysAsItIsSpelled(_ more: String) {
    #expect(judged(tool(more), .tools) == tool(more))
  }

  @Test(arguments: [
    #""description":null"#,
    #""title":null,"icons":null,"_meta":null,"annotations":null,"execution":null,"outputSchema":null"#,
    #""icons":[{"src":7}]"#, #""icons":"i.png""#, #""icons":[{"src":"s","sizes":"1x1"}]"#, #""icons":[null]"#,
  ]) func whatMayBeAbsentAndIsNullOrNoDecorationIsCutOut(_ more: String) {
    #expect(judged(tool(more), .tools) == tool(""))
  }

  @Test func nullsAreCutOutAtAnyDepthThatClientsLookAt() {
    #expect(
      judged(tool(#""annotations":{"title":null,"readOnlyHint":null,"openWorldHint":true}"#), .tools)
        == tool(#""annotations":{"openWorldHint":true}"#))
    #expect(judged(schema(#""properties":null,"required":null,"$schema":null"#), .tools) == tool(""))
    #expect(judged(tool(#""icons":[{"src":"s","mimeType":null}]"#), .tools) == tool(#""icons":[{"src":"s"}]"#))
    #expect(
      judged(#"{"name":"p","arguments":[{"name":"a","description":null,"required":null},{"name":"b"}]}"#, .prompts)
        == #"{"name":"p","arguments":[{"name":"a"},{"name":"b"}]}"#)
    #expect(
      judged(#"{"uri":"a:b","name":"r","size":null,"annotations":{"audience":null,"priority":1}}"#, .resources)
        == #"{"uri":"a:b","name":"r","annotations":{"priority":1}}"#)
  }

  @Test func whatMeansAnObjectBecomesOne() {
    #expect(judged(schema(#""properties":[]"#), .tools) == schema(#""properties":{}"#))
    #expect(
      judged(schema(#""properties":{"a":true,"b":false,"c":null,"d":{}}"#), .tools)
        == schema(#""properties":{"a":{},"b":{"not":{}},"c":{},"d":{}}"#))
    #expect(judged(tool(#""annotations":[],"_meta":[ ]"#), .tools) == tool(#""annotations":{},"_meta":{}"#))
  }

  @Test(arguments: [
    (#""title":7"#, #"its "title" is not a string"#), (#""description":["d"]"#, #"its "description" is not a string"#),
    (#""_meta":"m""#, #"its "_meta" is not an object"#),
    (#""annotations":"a""#, #"its "annotations" is not an object"#),
    (#""annotations":{"readOnlyHint":"yes"}"#, #"the "readOnlyHint" of its "annotations" is not true or false"#),
    (
      #""execution":{"taskSupport":"maybe"}"#,
      #"the "taskSupport" of its "execution" is not "required" or "optional" or "forbidden""#
    ),
    (#""outputSchema":{"type":"array"}"#, #"the "type" of its "outputSchema" is not "object""#),
    (#""outputSchema":true"#, #"its "outputSchema" is not an object"#),
  ]) func aToolThatAClientRefusesIsKeptFromIt(_ more: String, _ reason: String) {
    #expect(judged(tool(more), .tools) == reason)
  }

  @Test(arguments: [
    (#""properties":"p""#, #"the "properties" of its "inputSchema" is not an object"#),
    (#""properties":[1]"#, #"the "properties" of its "inputSchema" is not an object"#),
    (#""properties":{"a":"string"}"#, #"the "a" of the "properties" of its "inputSchema" is no schema"#),
    (#""required":true"#, #"the "required" of its "inputSchema" is not an array"#),
    (#""required":["a",null]"#, #"element 2 of the "required" of its "inputSchema" is not a string"#),
  ]) func whatOnlyOlderClientsLookAtHidesAToolFromThemOnly(_ more: String, _ reason: String) {
    guard case .good(let item) = judge(schema(more), .tools, .modern) else {
      Issue.record("it is broken for all")
      return
    }
    #expect(item.legacyFault == reason)
    #expect(item.differs)
  }

  @Test(arguments: [
    (#"{"name":"p","arguments":{}}"#, #"its "arguments" is not an array"#),
    (#"{"name":"p","arguments":["a"]}"#, #"element 1 of its "arguments" is not an object"#),
    (#"{"name":"p","arguments":[{"name":"a"},{"description":"d"}]}"#, #"element 2 of its "arguments" has no "name""#),
    (
      #"{"name":"p","arguments":[{"name":"a","required":"yes"}]}"#,
      #"the "required" of element 1 of its "arguments" is not true or false"#
    ),
    (#"{"name":7}"#, #"its "name" is not a string with something in it"#),
  ]) func aPromptThatAClientRefusesIsBroken(_ prompt: String, _ reason: String) {
    #expect(judged(prompt, .prompts) == reason)
  }

  @Test(arguments: [
    (#""uri":"a:b""#, #"it has no "name""#), (#""name":null,"uri":"a:b""#, #"its "name" is not a string"#),
    (#""name":"r","uri":"no scheme""#, #"its "uri" has no scheme"#),
    (#""name":"r","uri":"http://""#, #"its "uri" has no host"#),
    (#""name":"r","uri":"x://h:99999/""#, #"its "uri" has a port that is none"#),
    (#""name":"r","uri":"x://a b/""#, #"its "uri" has a host that is none"#),
    (#""name":"r","uri":"a:b","mimeType":7"#, #"its "mimeType" is not a string"#),
  ]) func aResourceThatAClientRefusesIsBroken(_ members: String, _ reason: String) {
    #expect(judged("{\(members)}", .resources) == reason)
  }

  @Test(arguments: [
    #""annotations":{"priority":2}"#, #""annotations":{"audience":["model"]}"#, #""size":"12 KB""#,
    #""annotations":{"lastModified":"2025-01-12T15:00:58"}"#, #""annotations":{"lastModified":"yesterday"}"#,
  ]) func decorationOfAResourceThatNoClientTakesIsLeftOut(_ more: String) {
    #expect(judged(#"{"name":"r","uri":"a:b",\#(more)}"#, .resources) == #"{"name":"r","uri":"a:b"}"#)
  }

  @Test(arguments: [
    #""annotations":{"priority":0.5,"audience":["user"],"lastModified":"2025-01-12T15:00:58Z"},"size":1e3"#,
    #""annotations":{"lastModified":"2025-01-12T15:00:58.123+01:00"}"#,
  ]) func decorationThatIsRightStays(_ more: String) {
    let resource = #"{"name":"r","uri":"file:///a b",\#(more)}"#
    #expect(judged(resource, .resources) == resource)
  }

  @Test func anEntryHasABudgetAndSoHasItsName() {
    let long = String(repeating: "x", count: ListBudget.name + 1)
    #expect(
      judged(#"{"name":"\#(long)","inputSchema":{"type":"object"}}"#, .tools) == #"its "name" has more than 1024 bytes"#
    )
    let huge = String(repeating: "x", count: ListBudget.item)
    #expect(judged(tool(#""description":"\#(huge)""#), .tools) == "it has more than 1048576 bytes")
  }

  @Test(arguments: [
    "x://{id}/p", "http:foo", "http:/foo", "https:///foo", "x://h:/", "x://u@h/", "file:///a b", "a:b", "a: b",
    "x://[::1]/",
    "x://[::1]:80/", "http://a{b}/", "memo://insights", "x://ü/", "x://", "x://a%b", "http://h\\\\p",
  ]) func whatAnURLParserTakesIsAResource(_ uri: String) {
    let resource = #"{"name":"r","uri":"\#(uri)"}"#
    #expect(judged(resource, .resources) == resource)
  }

  @Test(arguments: [
    "x://a|b/", "x://a^b/", "x://a<b/", "x://a b/", "http:", "http://", "x://:80/", "x://h:ab/", "x://u@/", "x://@/",
    "x://[zz]/", "file://a b/", "ws:", "x://h:8 0/", ":", "1a:b", "x://[::1/",
  ]) func whatAnURLParserRefusesIsNone(_ uri: String) {
    #expect(judged(#"{"name":"r","uri":"\#(uri)"}"#, .resources).hasPrefix(#"its "uri" has "#))
  }

  // MARK: - Header fields

  private func headers(_ schema: String) -> HeaderAnnotations {
    Array(schema.utf8).withUnsafeBytes { HeaderAnnotations(of: $0) }
  }

  @Test func argumentsForHeaderFieldsAreFoundAlongTheKeysAlone() {
    let found = headers(
      #"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"x-mcp-header":{"type":"boolean"},"#
        + #""o":{"properties":{"b":{"x-mcp-header":"B","type":"integer"}},"default":{"x-mcp-header":"data"}}},"#
        + #""examples":[{"x-mcp-header":7}]}"#)
    #expect(found.fault == nil)
    #expect(found.annotations.map(\.header) == ["A", "B"])
    #expect(found.annotations.map(\.path) == [["a"], ["o", "b"]])
  }

  @Test(arguments: [
    #"{"x-mcp-header":"A"}"#, #"{"properties":{"a":{"x-mcp-header":"A"}}}"#,
    #"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#,
    #"{"properties":{"a":{"type":["string"],"x-mcp-header":"A"}}}"#,
    #"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
    #"{"properties":{"a":{"type":"string","x-mcp-header":null}}}"#,
    #"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#,
    #"{"properties":{"a":{"type":"string","x-mcp-header":"é"}}}"#,
    #"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#,
    #"{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}"#,
    #"{"properties":{"a":{"items":{"type":"string","x-mcp-header":"A"}}}}"#,
    #"{"$defs":{"d":{"type":"string","x-mcp-header":"A"}}}"#,
    #"{"properties":{"a":{"not":{"type":"string","x-mcp-header":"A"}}}}"#,
  ]) func aHeaderFieldThatNobodyCouldFillByTheRulesIsIllegal(_ schema: String) {
    #expect(headers(schema).fault?.contains("x-mcp-header") == true)
    #expect(headers(schema).annotations.isEmpty)
    let element = Array(tool("", schema: schema).utf8)
    let verdict = element.withUnsafeBytes { ListItem.judge($0, kind: .tools, era: .modern, wantsHeaders: true) }
    if case .good = verdict { Issue.record("it is taken") }
  }
}
