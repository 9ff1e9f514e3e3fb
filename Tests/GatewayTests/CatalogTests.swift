import Configuration
import Gateway
import JSONRPC
import MCP
import Testing

@Suite struct CatalogTests {
  private func source(_ server: ServerID, _ prefix: String, _ tools: String...) -> Catalog.Source {
    var offer = ServerOffer()
    offer.items[.tools] = tools.compactMap { name in
      let text = "{\"name\":\(JSONText.quote(name)),\"inputSchema\":{\"type\":\"object\"}}"
      return Array(text.utf8).withUnsafeBytes { bytes in
        if case .good(let item) = ListItem.judge(bytes, kind: .tools) { item } else { nil }
      }
    }
    return Catalog.Source(server: server, prefix: prefix, offer: offer)
  }

  private func target(_ catalog: Catalog, _ name: String) -> Catalog.Target? {
    Array(JSONText.quote(name).utf8).withUnsafeBytes { catalog.tools.target(quoted: $0) }
  }

  @Test func whatWasShownOnceKeepsItsMeaning() {
    var catalog = Catalog(nameLimit: 48)
    catalog.rebuild([source(0, "a", "x"), source(1, "A")], own: [])
    #expect(target(catalog, "a__x")?.server == 0)
    catalog.rebuild([source(0, "a", "x"), source(1, "A", "x")], own: [])
    #expect(target(catalog, "a__x")?.server == 0, "a clash gave it a suffix, and the old name still means it")
    catalog.rebuild([source(0, "a"), source(1, "A", "x")], own: [])
    #expect(target(catalog, "a__x")?.server == 0)
    #expect(catalog.toolEntries.count == 1 && catalog.toolEntries[0].name != "A__x")
  }

  @Test func aServerThatIsPutOnTopTakesNoNameOfAnother() {
    var register = ServerID.Register()
    let old = register.id(of: "old")
    var catalog = Catalog(nameLimit: 48)
    catalog.rebuild([source(old, "old", "x")], own: [])
    let new = register.id(of: "new")
    catalog.rebuild([source(new, "new", "x"), source(register.id(of: "old"), "old", "x")], own: [])
    #expect(target(catalog, "old__x")?.server == old)
    #expect(target(catalog, "new__x")?.server == new)
    catalog.rebuild([source(new, "new", "x")], own: [])
    #expect(target(catalog, "old__x")?.server == old, "a remembered name never means the neighbour")
  }

  @Test func aServerWithoutNamesLeftIsNamedAndItsNewToolsAreLeftOut() {
    var catalog = Catalog(nameLimit: 48, namesPerServer: 2)
    catalog.rebuild([source(0, "a", "x", "y")], own: [])
    #expect(catalog.exhausted.isEmpty)
    catalog.rebuild([source(0, "a", "y", "z")], own: [])
    #expect(catalog.exhausted == [0])
    #expect(catalog.toolEntries.map(\.name) == ["a__y"])
  }
}
