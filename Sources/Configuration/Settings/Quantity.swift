/// Numbers with units, as settings are written: `"30s"`, `"1.5h"`, `"64MiB"`.
enum Quantity {
  typealias Unit = (name: String, factor: UInt64)

  /// Largest first, so that a value is shown in the largest unit that divides it.
  static let durations: [Unit] = [("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)]
  static let sizes: [Unit] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

  /// Returns the value in the smallest unit; nil when the text is no number with one of the units, or has more digits
  /// than the smallest unit can hold.
  static func parse(_ text: String, units: [Unit]) -> UInt64? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = text[number.endIndex...].drop { $0 == " " }
    guard let unit = units.first(where: { $0.name == name }) else { return nil }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = UInt64(first), parts.count <= 2 else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit.factor)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return product }
    guard !parts[1].isEmpty, parts[1].count <= 6, let digits = UInt64(parts[1]) else { return nil }
    let scale = (0..<parts[1].count).reduce(UInt64(1)) { power, _ in power * 10 }
    let (part, remainder) = (digits * unit.factor).quotientAndRemainder(dividingBy: scale)
    let (sum, carry) = product.addingReportingOverflow(part)
    return remainder == 0 && !carry ? sum : nil
  }

  /// Writes a value in the largest unit that holds it as a whole number.
  static func format(_ value: UInt64, units: [Unit]) -> String {
    let unit = units.first { value >= $0.factor && value % $0.factor == 0 } ?? units[units.count - 1]
    return "\(value / unit.factor)\(unit.name)"
  }
}
