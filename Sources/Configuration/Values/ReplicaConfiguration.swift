/// One endpoint of a server: what is run for it, and how it ranks among the others.
package struct ReplicaConfiguration: Equatable, Sendable {
  package let launch: ProcessLaunch
  /// The tier; a higher number is used only when no lower one is available.
  package let priority: Int

  package init(launch: ProcessLaunch, priority: Int) {
    self.launch = launch
    self.priority = priority
  }
}
