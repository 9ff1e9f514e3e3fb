/// Samples of one kind under one name.
package struct MetricFamily: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  package struct Label: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package struct Sample: Equatable, Sendable {
    /// What follows the family's name: only histograms have such parts.
    package let suffix: String
    package let labels: [Label]
    package let value: Double
  }

  package let name: String
  package let kind: Kind
  /// One sentence, with the unit where the name does not tell it.
  package let help: String
  package private(set) var samples: [Sample] = []

  package init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  package mutating func add(_ value: Double, _ labels: [Label] = []) {
    samples.append(Sample(suffix: "", labels: labels, value: value))
  }

  /// Adds one histogram, in seconds.
  package mutating func add(_ histogram: LatencyHistogram, _ labels: [Label]) {
    var total: UInt64 = 0
    for (bucket, count) in histogram.counts.enumerated() {
      total += count
      let bound =
        bucket < LatencyHistogram.bounds.count
        ? PrometheusText.number(Double(LatencyHistogram.bounds[bucket]) / 1_000) : "+Inf"
      samples.append(Sample(suffix: "_bucket", labels: labels + [Label("le", bound)], value: Double(total)))
    }
    samples.append(Sample(suffix: "_sum", labels: labels, value: Double(histogram.sum) / 1_000))
    samples.append(Sample(suffix: "_count", labels: labels, value: Double(total)))
  }
}
