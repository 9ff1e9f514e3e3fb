/// Points in time as text.
enum Timestamp {
  /// Returns milliseconds since 1970 as RFC 3339 has them, in UTC.
  static func text(milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1000
    let (year, month, day) = date(daysSince1970: Int(seconds / 86_400))
    let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { padded(Int($0), 2) }
    let fraction = padded(Int(milliseconds % 1000), 3)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time.joined(separator: ":")).\(fraction)Z"
  }

  /// Counts in eras of 400 years that begin in March, so that the leap day is the last one of its year.
  private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + days / 146_097 * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
