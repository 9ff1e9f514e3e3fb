/// What becomes of processes that made themselves a session of their own when their server ends.
package enum DaemonPolicy: String, CaseIterable, Sendable {
  /// They end with the server.
  case end
  /// They are left: starting them is the server's job.
  case leave
}
