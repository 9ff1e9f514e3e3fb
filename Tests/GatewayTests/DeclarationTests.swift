import EventLoop
import MCP
import Testing

@testable import Gateway

@Suite struct DeclarationTests {
  private let now = Instant(milliseconds: 7)
  private var roots: ClientCapabilities {
    var capabilities = ClientCapabilities()
    capabilities.roots = true
    return capabilities
  }

  @Test func theFirstDeclarationCounts() {
    var declaration = Declaration(.ofTheClient)
    let first = declaration.declared(roots, by: .legacy, isDiscovery: false, at: now)
    #expect(first == [.open] && declaration.capabilities == roots && declaration.declaredAt == now)
    let second = declaration.declared(.none, by: .modern, isDiscovery: false, at: now)
    #expect(second == [] && declaration.capabilities == roots && declaration.era == .legacy)
  }

  @Test func anInitializeBehindAMereLookIsTakenOnce() {
    var declaration = Declaration(.ofTheClient)
    let look = declaration.declared(.none, by: .modern, isDiscovery: true, at: now)
    let again = declaration.declared(.none, by: .modern, isDiscovery: true, at: now)
    let handshake = declaration.declared(roots, by: .legacy, isDiscovery: false, at: now)
    let late = declaration.declared(.none, by: .legacy, isDiscovery: false, at: now)
    #expect([look, again, handshake, late] == [[.open], [], [.reopen], []])
    #expect(declaration.capabilities == roots && declaration.era == .legacy)
  }

  @Test func aModernRequestBehindALookOpensNothingAnew() {
    var declaration = Declaration(.ofTheClient)
    _ = declaration.declared(.none, by: .modern, isDiscovery: true, at: now)
    let call = declaration.declared(roots, by: .modern, isDiscovery: false, at: now)
    let handshake = declaration.declared(roots, by: .legacy, isDiscovery: false, at: now)
    #expect(call == [] && handshake == [])
  }

  @Test func whereServersAreSharedEverythingIsPromised() {
    var declaration = Declaration(.everything)
    _ = declaration.declared(.none, by: .modern, isDiscovery: true, at: now)
    let handshake = declaration.declared(roots, by: .legacy, isDiscovery: false, at: now)
    #expect(handshake == [] && declaration.capabilities == .bridgeable)
    declaration.opened(session: 3, roots)
    #expect(declaration.capabilities(of: 3) == roots && declaration.capabilities(of: 4) == nil)
    declaration.ended(session: 3)
    #expect(declaration.capabilities(of: 3) == nil)
  }
}
