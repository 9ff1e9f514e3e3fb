/// Which calls may be sent again when the connection was lost after they were sent.
package enum RetrySetting: String, CaseIterable, Sendable {
  case never
  /// Those of tools that declare `readOnlyHint` or `idempotentHint`.
  case readOnly
}
