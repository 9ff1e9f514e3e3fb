import TestSupport
import Testing
import TextEditing
import ToolSearch

/// How well tools are found: ten published servers' own definitions, and what a person would type for them.
@Suite struct SearchQualityTests {
  private struct Question {
    let words: String
    /// Any of them is a right answer, as `server/tool`.
    let answers: Set<String>
  }

  private static let places = [1, 3, 5, 8]

  private func tools() throws -> [SearchedTool] {
    var tools: [SearchedTool] = []
    var (server, about) = ("", "")
    for line in try RepositoryFile.lines("Tests/ToolSearchTests/Fixtures/tools.jsonl") where !line.isEmpty {
      let node = try DocumentNode(json: Array(line.utf8))
      if let name = node.member("server")?.value.text {
        (server, about) = (name, node.member("instructions")?.value.text ?? "")
        continue
      }
      var parameters: [(name: String, description: String)] = []
      if case .object(let members)? = node.member("parameters")?.value.content {
        parameters = members.map { ($0.key, $0.value.member("description")?.value.text ?? "") }
      }
      tools.append(
        SearchedTool(
          name: try #require(node.member("name")?.value.text), title: node.member("title")?.value.text ?? "",
          description: node.member("description")?.value.text ?? "", parameters: parameters, server: server,
          about: about))
    }
    return tools
  }

  private func questions() throws -> [Question] {
    try RepositoryFile.lines("Tests/ToolSearchTests/Fixtures/queries.txt").filter { !$0.isEmpty }.map { line in
      let parts = line.split(separator: "|").map { $0.drop { $0 == " " } }
      let answers = parts[1].split(separator: ",").map { String($0.drop { $0 == " " }) }
      return Question(words: String(parts[0]), answers: Set(answers))
    }
  }

  @Test func theRightToolIsAmongTheFirstThree() throws {
    let tools = try tools()
    let questions = try questions()
    let index = ToolIndex(tools)
    var ranks: [Int?] = []
    for question in questions {
      let hits = index.search(question.words, limit: 20).map {
        "\(tools[$0.position].server)/\(tools[$0.position].name)"
      }
      let rank = hits.firstIndex(where: question.answers.contains)
      ranks.append(rank)
      if rank.map({ $0 >= 3 }) ?? true {
        print("  \(question.words): \(rank.map { "\($0 + 1)" } ?? "-"); first \(hits.prefix(3).joined(separator: " "))")
      }
    }
    func recall(_ places: Int) -> Double {
      Double(ranks.count { $0.map { $0 < places } ?? false }) / Double(ranks.count)
    }
    let reciprocal = ranks.reduce(0) { $0 + ($1.map { 1 / Double($0 + 1) } ?? 0) } / Double(ranks.count)
    print("| \(tools.count) tools of \(Set(tools.map(\.server)).count) servers, \(questions.count) queries | |")
    print("| --- | ---: |")
    for places in Self.places { print("| recall@\(places) | \(percent(recall(places))) |") }
    print("| mean reciprocal rank | \(percent(reciprocal)) |")
    #expect(questions.count >= 60 && Set(tools.map(\.server)).count == 10)
    #expect(recall(3) >= 0.9)
  }

  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  @Test func theSameWordsGiveTheSameAnswer() throws {
    let tools = try tools()
    let (one, other) = (ToolIndex(tools), ToolIndex(tools))
    for question in try questions() {
      #expect(one.search(question.words, limit: 8) == other.search(question.words, limit: 8))
    }
    #expect(one.search("", limit: 8) == [] && one.search("the of", limit: 8) == [])
    #expect(ToolIndex([]).search("anything", limit: 8) == [])
  }
}
