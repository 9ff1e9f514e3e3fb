import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import TestSupport
import Testing

@Suite struct CatalogTests {
  private func source(_ server: ServerID, _ prefix: String, _ tools: String...) -> Catalog.Source {
    source(server, prefix, tools)
  }

  private func source(_ server: ServerID, _ prefix: String, _ tools: [String]) -> Catalog.Source {
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

  /// A catalog that is merged again and again.
  private struct Merges {
    var catalog = Catalog()
    var naming: Catalog.Naming

    @GatewayActor
    mutating func merge(_ sources: Catalog.Source...) async {
      catalog = await catalog.merged(sources, own: [], &naming)
    }
  }

  @Test func whatWasShownOnceKeepsItsMeaning() async {
    await onLoop {
      var merges = Merges(naming: Catalog.Naming(limit: 48))
      await merges.merge(source(0, "a", "x"), source(1, "A"))
      #expect(target(merges.catalog, "a__x")?.server == 0)
      await merges.merge(source(0, "a", "x"), source(1, "A", "x"))
      #expect(target(merges.catalog, "a__x")?.server == 0, "a clash gave it a suffix, and the old name still means it")
      await merges.merge(source(0, "a"), source(1, "A", "x"))
      #expect(target(merges.catalog, "a__x")?.server == 0)
      #expect(merges.catalog.toolEntries.count == 1 && merges.catalog.toolEntries[0].name != "A__x")
    }
  }

  @Test func aServerThatIsPutOnTopTakesNoNameOfAnother() async {
    await onLoop {
      var register = ServerID.Register()
      let old = register.id(of: "old")
      var merges = Merges(naming: Catalog.Naming(limit: 48))
      await merges.merge(source(old, "old", "x"))
      let new = register.id(of: "new")
      await merges.merge(source(new, "new", "x"), source(register.id(of: "old"), "old", "x"))
      #expect(target(merges.catalog, "old__x")?.server == old)
      #expect(target(merges.catalog, "new__x")?.server == new)
      await merges.merge(source(new, "new", "x"))
      #expect(target(merges.catalog, "old__x")?.server == old, "a remembered name never means the neighbour")
    }
  }

  @Test func aServerWithoutNamesLeftIsNamedAndItsNewToolsAreLeftOut() async {
    await onLoop {
      var merges = Merges(naming: Catalog.Naming(limit: 48, namesPerServer: 2))
      await merges.merge(source(0, "a", "x", "y"))
      #expect(merges.catalog.exhausted.isEmpty)
      await merges.merge(source(0, "a", "y", "z"))
      #expect(merges.catalog.exhausted == [0])
      #expect(merges.catalog.toolEntries.map(\.name) == ["a__y"])
    }
  }

  @Test func aLongListIsMergedInSeveralTurns() async {
    await onLoop {
      var merges = Merges(naming: Catalog.Naming(limit: 48))
      var turns = 0
      let others = Task { @GatewayActor in
        while !Task.isCancelled {
          turns += 1
          await Task.yield()
        }
      }
      await merges.merge(source(0, "a", "x"))
      #expect(turns == 0, "a short one is merged at once")
      await merges.merge(source(0, "a", (0..<5_000).map { "tool_\($0)" }))
      #expect(turns >= 10, "two times 5,000 names, 1,000 in a turn")
      #expect(merges.catalog.toolEntries.count == 5_000)
      #expect(target(merges.catalog, "a__tool_4999")?.server == 0)
      others.cancel()
    }
  }
}
