import Testing

@testable import Platform

@Suite struct ProcessMarkerTests {
  private func marker(_ server: String, configuration: String = "/home/u/my servers.json") -> ProcessMarker {
    ProcessMarker(
      gateway: GatewayIdentity(process: 4711, startTime: 99, boot: "0a-1b", namespace: "pid:[4026531836]"),
      supervisor: 4712, configuration: configuration, server: server, connection: 7, leavesDaemons: true)
  }

  @Test(arguments: ["time", "a b:c%d", "ümläut", "100%25", "", "new\nline"])
  func aMarkSurvivesItsText(_ name: String) {
    let token = marker(name).token
    #expect(ProcessMarker(token: token[...]) == marker(name))
    #expect(token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
  }

  @Test func whatIsNoMarkIsPassedOver() {
    let token = marker("a").token
    #expect(ProcessMarker.chain("") == [])
    #expect(ProcessMarker.chain("nonsense \(token) 1:2:3") == [marker("a")])
    for count in 0..<token.count { #expect(ProcessMarker(token: token.prefix(count)) == nil) }
  }

  @Test func aNestedGatewayAddsItsMark() {
    let outer = marker("outer")
    let inner = marker("inner")
    let environment = ProcessMarker.adding(
      inner.token, to: ProcessMarker.adding(outer.token, to: ["A=1", "B=2"]))
    #expect(environment == ["A=1", "B=2", "MCP_JUNCTION_MARKER=\(outer.token) \(inner.token)"])
    #expect(ProcessMarker.chain("\(outer.token) \(inner.token)") == [outer, inner])
    #expect(ProcessMarker.depth(of: "/home/u/my servers.json", in: "\(outer.token) \(inner.token)") == 2)
    #expect(ProcessMarker.depth(of: "/other", in: "\(outer.token)") == 0)
    #expect(ProcessMarker.depth(of: "/other", in: nil) == 0)
  }

  @Test func theVariableIsFoundInAnEnvironment() {
    func find(_ text: String) -> String? { MarkedProcesses.value(in: Array(text.utf8)) }
    #expect(find("A=1\0MCP_JUNCTION_MARKER=x y\0B=2\0") == "x y")
    #expect(find("MCP_JUNCTION_MARKER=last") == "last")
    #expect(find("XMCP_JUNCTION_MARKER=no\0MCP_JUNCTION_MARKER") == nil)
    #expect(find("") == nil)
  }

  @Test func aGatewayIsGoneOnlyWhenThatIsCertain() {
    let own = GatewayIdentity.own
    #expect(!own.isGone)
    func other(_ process: Int32, _ startTime: UInt64, _ boot: String, _ namespace: String) -> GatewayIdentity {
      GatewayIdentity(process: process, startTime: startTime, boot: boot, namespace: namespace)
    }
    #expect(other(own.process, own.startTime + 1, own.boot, own.namespace).isGone)
    #expect(other(.max, 1, own.boot, own.namespace).isGone)
    #expect(other(own.process, own.startTime, "another boot", own.namespace).isGone)
    #expect(!other(.max, 1, own.boot, "another namespace").isGone)
  }
}
