/// The value of a setting on its way between the file and the field it belongs in.
enum SettingValue: Equatable, Sendable {
  /// Milliseconds or bytes.
  case quantity(UInt64)
  case integer(Int)
  case fraction(Double)
  case boolean(Bool)
  case text(String)
  case texts([String])
  case pairs([String: String])
  /// An explicit `null`, or a field that is not set.
  case none
}
