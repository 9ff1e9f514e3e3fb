/// What may be written as the value of a setting.
enum SettingShape: Sendable {
  /// A string with a unit of time; the range is in milliseconds.
  case duration(ClosedRange<UInt64>)
  /// A string with a unit of size; the range is in bytes.
  case size(ClosedRange<UInt64>)
  case integer(ClosedRange<Int>)
  case fraction(ClosedRange<Double>)
  case boolean
  case choice([String])
  case text
  /// An array of strings.
  case texts
  /// An object whose values are strings.
  case pairs
  /// An object with settings of its own.
  case group
  /// An object of profiles by their names, which a reader of its own reads.
  case profiles
  /// An array of commands beside the entry's own, which the reader of the entry reads.
  case replicas
}
