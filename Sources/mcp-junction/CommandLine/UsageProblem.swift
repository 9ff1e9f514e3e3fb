/// What is wrong with a command line, as a sentence with its cure.
struct UsageProblem: Error, Equatable, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
