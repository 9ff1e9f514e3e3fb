import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What is known of the terminal behind a descriptor.
package enum Terminal {
  /// Whether a descriptor is a terminal.
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Returns how many columns the terminal shows, or nil when the descriptor is none or does not know.
  package static func columns(_ descriptor: Int32) -> Int? {
    let columns = junction_terminal_columns(descriptor)
    return columns > 0 ? Int(columns) : nil
  }

  /// Says whether a terminal shows what is typed. Returns whether it did before; nil when that cannot be changed.
  package static func setEcho(_ descriptor: Int32, to isShown: Bool) -> Bool? {
    var modes = termios()
    guard tcgetattr(descriptor, &modes) == 0 else { return nil }
    let wasShown = modes.c_lflag & tcflag_t(ECHO) != 0
    if isShown { modes.c_lflag |= tcflag_t(ECHO) } else { modes.c_lflag &= ~tcflag_t(ECHO) }
    return tcsetattr(descriptor, TCSADRAIN, &modes) == 0 ? wasShown : nil
  }
}
