/// Proposals for an argument while the user types it (2025-11-25, server/utilities/completion).
enum Completion {
  /// The most values that one answer may hold.
  static let limit = 100

  private static let cities = [
    "France": ["Lyon", "Marseille", "Paris"],
    "Germany": ["Berlin", "Hamburg", "Leipzig"],
    "Japan": ["Kyoto", "Osaka", "Tokyo"],
  ]
  private static let moods = ["lazy", "lively", "quiet"]

  static func result(_ params: JSON, _ offers: Offers) throws(ProtocolError) -> JSON {
    guard let argument = params["argument"]?["name"]?.string, let begun = params["argument"]?["value"]?.string else {
      throw .invalidParams("\"argument\" must have a \"name\" and a \"value\"")
    }
    let chosen = params["context"]?["arguments"]
    let all = try proposals(for: argument, of: params["ref"] ?? [:], chosen: chosen, offers)
    let fitting = all.filter { $0.lowercased().hasPrefix(begun.lowercased()) }
    return [
      "completion": [
        "values": .strings(fitting.prefix(limit)),
        "total": .integer(fitting.count),
        "hasMore": .boolean(fitting.count > limit),
      ]
    ]
  }

  /// Returns all values that are worth proposing; none for an argument that takes anything.
  private static func proposals(
    for argument: String, of reference: JSON, chosen: JSON?, _ offers: Offers
  ) throws(ProtocolError) -> [String] {
    switch (reference["type"]?.string, reference["name"]?.string, reference["uri"]?.string) {
    case ("ref/resource", _, ItemTemplate.uriTemplate): return argument == "id" ? ItemTemplate.identifiers : []
    case ("ref/prompt", let name?, _):
      guard offers.prompt(name) != nil else { throw .invalidParams("Unknown prompt: \(name)") }
      return name == "travel" ? travelProposals(for: argument, chosen) : []
    default: throw .invalidParams("\"ref\" must name a prompt or a resource template of this server")
    }
  }

  private static func travelProposals(for argument: String, _ chosen: JSON?) -> [String] {
    switch argument {
    case "country": return cities.keys.sorted()
    // What was chosen before decides: the cities of that country, or all.
    case "city": return chosen?["country"]?.string.flatMap { cities[$0] } ?? cities.values.flatMap { $0 }.sorted()
    case "mood": return moods
    default: return []
    }
  }
}
