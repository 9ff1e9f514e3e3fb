import Configuration

/// Metrics in the text format of Prometheus, version 0.0.4.
package enum PrometheusText {
  /// Returns the families one after the other. A family without samples is left out.
  package static func render(_ families: [MetricFamily]) -> [UInt8] {
    var text: [UInt8] = []
    for family in families where !family.samples.isEmpty {
      text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n".utf8
      text += "# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
      for sample in family.samples {
        text += (family.name + sample.suffix).utf8
        append(sample.labels, to: &text)
        text += " \(number(sample.value))\n".utf8
      }
    }
    return text
  }

  private static func append(_ labels: [MetricFamily.Label], to text: inout [UInt8]) {
    guard !labels.isEmpty else { return }
    var separator = "{"
    for label in labels {
      text += "\(separator)\(label.name)=\"\(escaped(label.value, quotes: true))\"".utf8
      separator = ","
    }
    text += "}".utf8
  }

  /// Returns a number as it is written there: whole ones without a fraction.
  static func number(_ value: Double) -> String {
    value.rounded() == value && value.magnitude < 0x1p53 ? String(Int64(value)) : "\(value)"
  }

  /// Escapes backslashes and line feeds and, in a label's value, quotes. What a terminal would obey is spelled out:
  /// names of tools come from servers, and two of them must stay two.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    guard
      !text.utf8.allSatisfy({
        (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"")
      })
    else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      case _ where !ShownText.isHarmless(scalar): result += "\\\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
