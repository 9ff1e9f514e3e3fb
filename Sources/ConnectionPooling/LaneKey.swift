/// Who may share a connection.
package enum LaneKey: Hashable, Sendable {
  /// All sessions.
  case everybody
  /// One session, by its number.
  case session(UInt64)
  /// Nobody yet: the next session that must have its own takes it over.
  case spare
}
