/// Why a file could not be read, as a phrase for a person: `no such file`.
package struct FileProblem: Error, Equatable, Sendable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
