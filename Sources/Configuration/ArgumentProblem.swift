/// What is wrong with a command line, as a sentence with its cure.
package struct ArgumentProblem: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String
}
