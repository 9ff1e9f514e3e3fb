/// All that makes a configuration unusable; never empty.
package struct ConfigurationFailure: Error, Equatable, Sendable {
  package let problems: [ConfigurationProblem]
}

extension ConfigurationFailure: RandomAccessCollection {
  package var startIndex: Int { problems.startIndex }
  package var endIndex: Int { problems.endIndex }
  package subscript(position: Int) -> ConfigurationProblem { problems[position] }
}
