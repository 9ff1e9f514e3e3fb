import Configuration
import Gateway
import JSONRPC
import MCP
import Testing

@Suite struct CatalogTests {
  private func source(_ prefix: String, _ tools: String...) -> Catalog.Source {
    var offer = ServerOffer()
    offer.items[.tools] = tools.compactMap { name in
      let text = "{\"name\":\(JSONText.quote(name)),\"inputSchema\":{\"type\":\"object\"}}"
      return Array(text.utf8).withUnsafeBytes { bytes in
        if case .good(let item) = ListItem.judge(bytes, kind: .tools) { item } else { nil }
      }
    }
    return Catalog.Source(prefix: prefix, offer: offer)
  }

  private func target(_ catalog: Catalog, _ name: String) -> Catalog.Target? {
    Array(JSONText.quote(name).utf8).withUnsafeBytes { catalog.tools.target(quoted: $0) }
  }

  @Test func whatWasShownOnceKeepsItsMeaning() {
    var catalog = Catalog(settings: GatewaySettings(), prefixes: ["a", "A"])
    catalog.rebuild([source("a", "x"), source("A")], own: [])
    #expect(target(catalog, "a__x")?.server == 0)
    catalog.rebuild([source("a", "x"), source("A", "x")], own: [])
    #expect(target(catalog, "a__x")?.server == 0, "a clash gave it a suffix, and the old name still means it")
    catalog.rebuild([source("a"), source("A", "x")], own: [])
    #expect(target(catalog, "a__x")?.server == 0)
    #expect(catalog.toolEntries.count == 1 && catalog.toolEntries[0].name != "A__x")
  }

  @Test func aServerWithoutNamesLeftIsNamedAndItsNewToolsAreLeftOut() {
    var catalog = Catalog(settings: GatewaySettings(), prefixes: ["a"], namesPerServer: 2)
    catalog.rebuild([source("a", "x", "y")], own: [])
    #expect(catalog.exhausted.isEmpty)
    catalog.rebuild([source("a", "y", "z")], own: [])
    #expect(catalog.exhausted == [0])
    #expect(catalog.toolEntries.map(\.name) == ["a__y"])
  }
}
