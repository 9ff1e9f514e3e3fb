#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The program in the role of one question to the keyring: no event loop, and free to wait and to start threads.
///
/// It is called with the role, a verb and, but for a list, a name. A value is read from standard input or written to
/// standard output, and what is wrong to standard error.
package enum KeyringProcess {
  /// The first argument that makes the binary such a process.
  package static let roleArgument = "--keyring-role"

  /// What can be asked.
  package enum Verb: String, Sendable {
    case get, set, list, remove
  }

  /// How it ends.
  package enum Ending: Int32, Sendable {
    case good = 0
    /// The keyring was asked and has failed.
    case failed = 1
    /// No secret has the name.
    case absent = 3
    /// There is no keyring: no library for it, or no bus to reach it by.
    case noKeyring = 4
  }

  /// Bytes that a secret may have.
  package static let sizeLimit = 64 << 10

  /// Answers the question and ends the process.
  package static func main(arguments: [String]) -> Never {
    let ending: Ending
    do throws(Keyring.Failure) { ending = try answer(Array(arguments.dropFirst(2))) } catch {
      write(error.reason, to: 2)
      ending = .failed
    }
    exit(ending.rawValue)
  }

  private static func answer(_ words: [String]) throws(Keyring.Failure) -> Ending {
    guard let verb = words.first.flatMap(Verb.init), words.count == (verb == .list ? 1 : 2) else {
      throw Keyring.Failure(reason: "the keyring was asked in a way that it does not know")
    }
    guard reachesBus(), let keyring = Keyring() else { return .noKeyring }
    switch verb {
    case .get:
      guard let value = try keyring.value(of: words[1]) else { return .absent }
      write(value, to: 1)
    case .set: try keyring.store(input(), as: words[1])
    case .list: write(try keyring.names().joined(separator: "\n"), to: 1)
    case .remove: return try keyring.remove(words[1]) ? .good : .absent
    }
    return .good
  }

  /// Whether the person's bus can be reached. Editors keep its address from what they start: then it is looked for where it
  /// usually is, so that the library does not start a bus of its own.
  private static func reachesBus() -> Bool {
    if let address = getenv("DBUS_SESSION_BUS_ADDRESS"), address.pointee != 0 { return true }
    let directory = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/run/user/\(geteuid())"
    guard FileSystem.exists("\(directory)/bus") else { return false }
    return setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=\(directory)/bus", 1) == 0
  }

  private static func input() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= sizeLimit {
      let count = read(0, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] } else if count == 0 || errno != EINTR { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Descriptor.write(descriptor, $0) }
      guard count > 0 || errno == EINTR else { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
