import JSONRPC

/// What is logged in to: a server of the configuration at one of its addresses.
package struct LoginPlace: Equatable, Sendable {
  /// The server's name in the configuration.
  package let server: String
  /// As it is configured.
  package let url: WebAddress
  /// Whether the server has another address that comes first, so that this one has to be named.
  package let isOther: Bool

  package init(server: String, url: WebAddress, isOther: Bool = false) {
    self.server = server
    self.url = url
    self.isOther = isOther
  }

  /// The command that logs a person in to it.
  package var loginCommand: String {
    "mcp-junction login \(Self.word(server))" + (isOther ? " --url \(Self.word(url.text))" : "")
  }

  /// What is kept of it before there is anything.
  var newRecord: LoginRecord { LoginRecord(server: server, url: url.text) }

  /// A text as a shell takes it for one word.
  private static func word(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_./:@".utf8.contains($0) }
    return isPlain && !text.isEmpty && !text.hasPrefix("-") ? text : "\"\(text)\""
  }
}
