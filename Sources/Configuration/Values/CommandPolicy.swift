/// Whether and how `${cmd:…}` runs programs.
package enum CommandPolicy: String, CaseIterable, Sendable {
  case never
  /// The text is taken apart into words, and the first of them is the program.
  case direct
  /// The text goes to `/bin/sh -c`.
  case shell
}
