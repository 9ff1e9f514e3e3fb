/// What a process cannot be started without and is not there, with the reason as a sentence's end.
package enum MissingFile: Equatable, Sendable {
  case program(reason: String)
  case directory(reason: String)
}
