/// Words that people use for what tools call otherwise.
enum Synonyms {
  /// Each line is a set of words any of which may stand for the others.
  private static let sets = [
    "add append attach", "answer reply respond", "begin start launch run execute trigger", "branch fork",
    "bug issue ticket", "call invoke", "chart graph plot", "chat message", "clone copy duplicate",
    "combine merge join", "compare diff difference", "connect link", "convert transform translate",
    "create make new insert open set", "delete remove drop erase trash", "describe explain detail info information",
    "doc document documentation page", "download fetch retrieve", "close finish done complete resolve transition",
    "edit update modify change alter set", "email mail", "end append",
    "error failure fault", "event meeting appointment", "execute run", "file document", "find search lookup query look",
    "folder directory dir", "forecast prediction", "get read fetch retrieve show view", "history log",
    "hour clock time", "image picture photo", "internet web online", "kill stop terminate end halt", "label tag",
    "list show enumerate",
    "move transfer", "notify send message alert", "org organization", "paper article publication",
    "password credential secret", "people person user member", "picture image", "pr pull", "presentation slide deck",
    "project repository repo", "publish release", "query sql select", "rename move", "repo repository", "row record",
    "save store write persist", "schedule cron", "sheet spreadsheet workbook worksheet", "slow performance",
    "sprint iteration", "staged stage", "subscribe watch follow", "summary summarize abstract", "table schema column",
    "task job", "text string content", "timezone zone", "undo revert reset", "upload put",
    "url web website webpage page link",
    "version revision", "weather climate", "wiki wikipedia",
  ]

  private static let table: [String: Set<String>] = {
    var table: [String: Set<String>] = [:]
    for line in sets {
      let words = line.split(separator: " ").map { SearchWords.stem(String($0)) }
      for word in words { table[word, default: []].formUnion(words) }
    }
    return table
  }()

  /// Returns the words that may stand for one, without itself.
  static func of(_ word: String) -> Set<String> { table[word]?.subtracting([word]) ?? [] }
}
