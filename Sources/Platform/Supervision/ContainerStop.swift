/// What stops a server's container once its client has ended.
struct ContainerStop: Equatable, Sendable {
  /// The file into which the client wrote the container's id.
  var identifierFile: String
  /// The argument vector, to which the id is added.
  var arguments: [String]

  /// Returns the id in the file, or nil when there is none: the container was never made.
  static func identifier(in file: String) -> String? {
    guard let bytes = try? FileSystem.read(file, limit: 4096) else { return nil }
    let identifier = bytes.prefix { $0 > 0x20 && $0 < 0x7F }
    return identifier.isEmpty ? nil : String(decoding: identifier, as: UTF8.self)
  }
}
