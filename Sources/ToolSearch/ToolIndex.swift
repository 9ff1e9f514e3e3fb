/// Finds tools by words: BM25 over their fields (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, 3.6:
/// a term's frequency is the weighted sum over the fields before it is saturated).
///
/// It is made once of all tools, and asked as often as one likes. Nothing in it waits or chooses by chance: the same tools
/// and the same words give the same answer, in the order of the tools where scores are equal.
package struct ToolIndex: Sendable {
  package struct Hit: Hashable, Sendable {
    /// The tool's place among those that the index was made of.
    package let position: Int
    package let score: Double
  }

  /// How much a word counts by where it stands: a name is written to be found by, a description may say anything.
  private enum Weight {
    static let name = 3.0
    static let title = 2.0
    static let description = 1.0
    static let parameter = 0.6
    static let parameterText = 0.15
    static let server = 1.6
    static let about = 0.3
  }

  /// Verbs that stand in the names of many tools and tell little; what they are done to does.
  private static let common: Set<String> = Set(
    [
      "get", "list", "create", "update", "delete", "read", "write", "set", "add", "find", "search", "show", "make",
      "fetch",
      "run", "execute", "new", "manage", "retrieve", "return", "query",
    ].map(SearchWords.stem))
  private static let commonWeight = 0.45
  /// What a word counts that stands for one of the query's, and for several of them at most.
  private static let synonymWeight = 0.4
  private static let mostOfSynonyms = 0.8
  /// What each half of a word counts that is put together.
  private static let partWeight = 0.6
  /// How fast a word that stands there again counts less, and how much it matters that a text is long.
  private static let saturation = 1.2
  private static let lengthInfluence = 0.5

  private struct Posting: Sendable {
    let position: Int
    /// The weighted number of times that the word stands in the tool's fields.
    let frequency: Double
  }

  private var postings: [String: [Posting]] = [:]
  /// The weighted number of words of each tool.
  private var lengths: [Double] = []
  private var averageLength = 1.0

  package init(_ tools: [SearchedTool]) {
    var fields: [[(words: [String], weight: Double)]] = []
    for tool in tools {
      var own = [(SearchWords.of(tool.name), Weight.name), (SearchWords.of(tool.title), Weight.title)]
      own.append((SearchWords.of(tool.description), Weight.description))
      for parameter in tool.parameters {
        own.append((SearchWords.of(parameter.name), Weight.parameter))
        own.append((SearchWords.of(parameter.description), Weight.parameterText))
      }
      own += [(SearchWords.of(tool.server), Weight.server), (SearchWords.of(tool.about), Weight.about)]
      fields.append(own)
    }
    let compounds = Compounds(of: Set(fields.joined().flatMap(\.words)))
    for (position, own) in fields.enumerated() {
      var frequencies: [String: Double] = [:]
      var length = 0.0
      for (words, weight) in own {
        for word in words {
          frequencies[word, default: 0] += weight
          length += weight
          for part in compounds.parts(of: word) { frequencies[part, default: 0] += weight * Self.partWeight }
        }
      }
      lengths.append(length)
      for (word, frequency) in frequencies {
        postings[word, default: []].append(Posting(position: position, frequency: frequency))
      }
    }
    averageLength = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
  }

  /// Returns the tools that the words speak of, the best first; none when no tool has any of them.
  ///
  /// - Parameters:
  ///   - query: words, in any order.
  ///   - limit: how many tools at most.
  package func search(_ query: String, limit: Int) -> [Hit] {
    var scores: [Int: Double] = [:]
    for (word, weight) in terms(of: query) {
      guard let found = postings[word] else { continue }
      let rarity = rarity(of: found.count)
      for posting in found {
        let length = 1 - Self.lengthInfluence + Self.lengthInfluence * lengths[posting.position] / averageLength
        let frequency = posting.frequency / length
        scores[posting.position, default: 0] +=
          weight * rarity * frequency * (Self.saturation + 1) / (frequency + Self.saturation)
      }
    }
    return scores.map { Hit(position: $0.key, score: $0.value) }
      .sorted { $0.score == $1.score ? $0.position < $1.position : $0.score > $1.score }.prefix(limit).map { $0 }
  }

  /// The words to look for and what each counts: those of the query, and those that may stand for one of them.
  private func terms(of query: String) -> [(word: String, weight: Double)] {
    var weights: [String: Double] = [:]
    let words = Set(SearchWords.of(query)).sorted()
    for word in words {
      let own = Self.common.contains(word) ? Self.commonWeight : 1
      weights[word] = max(weights[word] ?? 0, own)
      for other in Synonyms.of(word) {
        let common = Self.common.contains(other) ? Self.commonWeight : 1
        let sum = (weights[other] ?? 0) + own * common * Self.synonymWeight
        weights[other] = max(weights[other] ?? 0, min(sum, Self.mostOfSynonyms))
      }
    }
    return weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// How much a word tells that so many tools have.
  private func rarity(of count: Int) -> Double {
    let all = Double(lengths.count)
    return Self.logarithm(1 + (all - Double(count) + 0.5) / (Double(count) + 0.5))
  }

  /// The natural logarithm of a number above 0, to nine digits: this target imports no library that has one.
  static func logarithm(_ value: Double) -> Double {
    // ln 2, and of the significand, which lies in 1..<2, 2 artanh((m - 1) / (m + 1)).
    let part = (value.significand - 1) / (value.significand + 1)
    var (power, sum) = (part, 0.0)
    for divisor in stride(from: 1.0, through: 17, by: 2) {
      sum += power / divisor
      power *= part * part
    }
    return Double(value.exponent) * 0.693_147_180_559_945_3 + 2 * sum
  }
}
