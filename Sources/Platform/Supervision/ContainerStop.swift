#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What stops a server's container once its client has ended.
struct ContainerStop: Equatable, Sendable {
  /// The file into which the client wrote the container's id.
  var identifierFile: String
  /// Whether the gateway has named the file: then it goes in any case, else only with the container that it named.
  var isOurs: Bool
  /// The argument vector, to which the id is added.
  var arguments: [String]

  init(identifierFile: String, isOurs: Bool, arguments: [String]) {
    self.identifierFile = identifierFile
    self.isOurs = isOurs
    self.arguments = arguments
  }

  /// For a file that the user's own arguments name, seen from the directory in which the client runs. Nil when it is there
  /// already: the engine refuses to make a container then, and the id is that of another one.
  init?(named file: String, in directory: String?, arguments: [String]) {
    let base = directory ?? (try? OwnProcess.workingDirectory()) ?? "/"
    let path = file.hasPrefix("/") ? file : base + "/" + file
    if access(path, F_OK) == 0 { return nil }
    self.init(identifierFile: path, isOurs: false, arguments: arguments)
  }

  /// Returns the id in the file, hexadecimal digits; nil when there is none: the container was never made.
  static func identifier(in file: String) -> String? {
    guard FileSystem.isRegularFile(file), let bytes = try? FileSystem.read(file, limit: 4096) else { return nil }
    let identifier = bytes.prefix { $0 > 0x20 }
    guard (6...64).contains(identifier.count), identifier.allSatisfy(isHexadecimal) else { return nil }
    return String(decoding: identifier, as: UTF8.self)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
  }
}
