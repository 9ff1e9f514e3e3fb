/// A name and its value in a process's environment.
package struct EnvironmentVariable: Hashable, Sendable {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
