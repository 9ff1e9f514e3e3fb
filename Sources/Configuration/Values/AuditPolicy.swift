/// Whether calls are written down, and what of them.
package enum AuditPolicy: String, CaseIterable, Sendable {
  case off
  /// Who, what, how long, and what came of it.
  case calls
  /// The arguments as well.
  case arguments
}
