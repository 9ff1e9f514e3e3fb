import JSONRPC

/// Who a client says it is, for people to read.
struct ClientIntroduction: Equatable, Sendable {
  /// Characters beyond which a name is cut.
  private static let limit = 100

  let name: String
  let version: String?

  /// Reads an `Implementation` object of the protocol; nil when it has no name.
  init?(json: UnsafeRawBufferPointer) {
    func member(_ key: StaticString) -> String? {
      JSONWalk.member(key, of: json).flatMap { JSONText.string($0) }.map { String($0.prefix(Self.limit)) }
    }
    guard let name = member("name") else { return nil }
    self.name = name
    version = member("version")
  }
}
