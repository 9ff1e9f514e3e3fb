import MCP
import Testing

@Suite struct ServerIDTests {
  @Test func aNameKeepsItsIdentityAndNoOtherNameGetsIt() {
    var register = ServerID.Register()
    let first = register.id(of: "first")
    let second = register.id(of: "second")
    #expect(first != second)
    #expect(register.id(of: "third") != second)
    #expect(register.id(of: "first") == first)
    #expect(register.count == 3)
  }
}
