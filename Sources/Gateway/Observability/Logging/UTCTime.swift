/// Times of day as text (RFC 3339), in UTC, with milliseconds.
package enum UTCTime {
  /// Returns a number of milliseconds since 1970 as `2026-01-31T23:59:59.999Z`.
  package static func text(milliseconds: UInt64) -> String {
    let (days, rest) = Int(clamping: milliseconds).quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = date(days)
    let parts = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60]
    let time = parts.map { padded($0, 2) }.joined(separator: ":")
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time).\(padded(rest % 1000, 3))Z"
  }

  /// Counts in periods of 400 years that begin in March, so that a leap day is the last of its year.
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let (period, day) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let isAfterNewYear = month >= 10
    return (
      year + period * 400 + (isAfterNewYear ? 1 : 0), isAfterNewYear ? month - 9 : month + 3,
      dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
