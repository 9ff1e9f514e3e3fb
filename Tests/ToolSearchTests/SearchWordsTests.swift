import Testing

@testable import ToolSearch

@Suite struct SearchWordsTests {
  @Test(arguments: [
    ("create_pull_request", ["creat", "pull", "request"]),
    ("listHTTPRoutes2", ["list", "http", "rout", "2"]),
    ("Deletes the given tables, and returns nothing", ["delet", "tabl", "return", "noth"]),
    ("caf\u{e9} caf\u{c9}S", ["caf\u{e9}", "caf\u{c9}", "s"]),
    ("", []),
  ]) func textIsTakenApartIntoStems(_ text: String, _ words: [String]) {
    #expect(SearchWords.of(text) == words)
  }

  @Test(arguments: [
    ["issue", "issues"], ["create", "creates", "created", "creating"], ["query", "queries"],
    ["search", "searches", "searched"],
    ["plan", "planned", "planning"], ["translation", "translate"], ["box", "boxes"], ["class", "classes"],
    ["health", "healthy"], ["history", "histories"],
  ]) func whatBelongsTogetherHasOneStem(_ words: [String]) {
    #expect(Set(words.map(SearchWords.stem)).count == 1, "\(words.map(SearchWords.stem))")
  }

  @Test(arguments: [["status", "stat"], ["process", "proces"]]) func shortWordsKeepWhatTellsThemApart(
    _ words: [String]
  ) {
    #expect(SearchWords.stem(words[0]) != words[1] || words[0] == words[1])
  }

  @Test func theLogarithmIsOne() {
    #expect(abs(ToolIndex.logarithm(1)) < 1e-9)
    #expect(abs(ToolIndex.logarithm(2.718_281_828_459_045) - 1) < 1e-9)
    #expect(abs(ToolIndex.logarithm(1000) - 6.907_755_278_982_137) < 1e-9)
  }
}
