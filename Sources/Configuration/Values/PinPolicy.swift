/// What is done when a tool's definition is another one than it was.
package enum PinPolicy: String, CaseIterable, Sendable {
  case off
  /// It is said in the log, with what is other.
  case warn
}
