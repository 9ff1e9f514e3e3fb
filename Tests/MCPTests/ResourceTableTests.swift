import MCP
import Testing

@Suite struct ResourceTableTests {
  private func table(prefixesAll: Bool = false) -> ResourceTable {
    ResourceTable(prefixes: [(0, "One"), (1, "two_2"), (2, "3")], prefixesAll: prefixesAll)
  }

  @Test func theEarlierServerKeepsAURIAndTheLaterOneIsPrefixed() {
    var table = table()
    #expect(table.add(resource: "file:///a", of: 0) == "file:///a")
    #expect(table.add(resource: "file:///a", of: 1) == "two.2+file:///a")
    #expect(table.owner(of: "file:///a")?.server == 0)
    #expect(table.owner(of: "two.2+file:///a")?.server == 1)
    #expect(table.owner(of: "two.2+file:///a")?.original == "file:///a")
    #expect(table.publicForm(of: "file:///a", server: 1) == "two.2+file:///a")
    #expect(table.publicForm(of: "file:///a", server: 0) == nil)
  }

  @Test func spellingsOfOneURIFindItsOwnerInTheSpellingThatWasListed() {
    var table = table()
    _ = table.add(resource: "HTTP://Example.org/%7euser", of: 2)
    #expect(table.owner(of: "http://example.org/~user")?.original == "HTTP://Example.org/%7euser")
    #expect(table.owner(of: "http://example.org/~User") == nil)
  }

  @Test func aServerThatListsAURITwiceIsListedOnce() {
    var table = table()
    #expect(table.add(resource: "x:1", of: 1) != nil)
    #expect(table.add(resource: "x:1", of: 1) == nil)
  }

  @Test func thePolicyToPrefixAllSparesApps() {
    var table = table(prefixesAll: true)
    #expect(table.add(resource: "x:1", of: 2) == "s3+x:1")
    #expect(table.add(resource: "ui://app", of: 0) == "ui://app")
    #expect(table.publicForm(of: "y:unlisted", server: 0) == "one+y:unlisted")
    #expect(table.prefixedOwner(of: "one+y:unlisted")?.original == "y:unlisted")
  }

  @Test func theMostLiteralTemplateWins() {
    var table = table()
    _ = table.add(template: "repo://{owner}/{name}", of: 0, isTaken: false)
    _ = table.add(template: "repo://{owner}/special/{+path}", of: 1, isTaken: false)
    #expect(table.templateOwner(of: "repo://me/x") == 0)
    #expect(table.templateOwner(of: "repo://me/special/a/b") == 1)
    #expect(table.templateOwner(of: "repo://me/x/y") == nil)
    #expect(table.templateOwner(of: "other://me") == nil)
  }

  @Test func templatesThatAreMadeToBeComparedForeverAreNot() {
    var table = ResourceTable(prefixes: [(0, "good"), (1, "evil")], prefixesAll: false)
    let endless = String(repeating: "{a}b", count: 2_000)
    for number in 0..<2_000 { _ = table.add(template: "\(endless)\(number)", of: 1, isTaken: false) }
    for number in 0..<600 { _ = table.add(template: "e:\(number)/{x}", of: 1, isTaken: false) }
    _ = table.add(template: "file:///{+path}", of: 0, isTaken: false)
    #expect(table.templateOwner(of: "file:///" + String(repeating: "b/", count: 3_000)) == 0)
    #expect(table.templateOwner(of: "e:599/x") == nil, "so many of one server route nothing")
    #expect(table.owner(ofTemplate: "e:599/{x}")?.server == 1, "and are listed all the same")
    let long = URITemplate("b{x}b{y}b")
    #expect(long.matches("bbb") && long.matches("b12b3b") && !long.matches("bb") && !long.matches("b/b/b"))
    #expect(!URITemplate(endless).matches(String(repeating: "b", count: 2_000)), "more steps than are taken")
  }
}
