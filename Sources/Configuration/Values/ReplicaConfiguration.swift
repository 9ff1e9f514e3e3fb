/// One endpoint of a server: how it is reached, and how it ranks among the others.
package struct ReplicaConfiguration: Equatable, Sendable {
  package let launch: Launch
  /// The tier; a higher number is used only when no lower one is available.
  package let priority: Int

  package init(launch: Launch, priority: Int) {
    self.launch = launch
    self.priority = priority
  }
}
