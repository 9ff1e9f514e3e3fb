package import TextEditing

/// A program that only connects its standard streams with a remote server, which the gateway can reach itself.
package struct Bridge: Equatable, Sendable {
  /// Where the remote server is.
  package let address: String
  /// The transport as our file names it; nil when it has to be found out.
  let type: String?
  let headers: [DocumentValue.Member]

  /// Finds the bridge in a command line; nil when it is none that is known.
  init?(_ words: [String]) {
    let names = ["mcp-remote", "supergateway"]
    guard
      let start = words.prefix(5).firstIndex(where: { word in
        names.contains(String(word.split(separator: "/").last?.prefix { $0 != "@" } ?? ""))
      })
    else { return nil }
    let rest = words[(start + 1)...]
    guard let address = rest.first(where: { $0.hasPrefix("https://") || $0.hasPrefix("http://") }) else { return nil }
    self.address = address
    var headers: [DocumentValue.Member] = []
    for (option, value) in zip(rest, rest.dropFirst()) where option == "--header" {
      let parts = value.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      headers.append(.init(String(parts[0]), .string(String(parts[1].drop { $0 == " " }))))
    }
    self.headers = headers
    let transport = zip(rest, rest.dropFirst()).first { $0.0 == "--transport" }?.1
    type = rest.contains("--sse") || transport?.hasPrefix("sse") == true ? "sse" : transport == nil ? nil : "http"
  }

  /// The remote server's own entry.
  package var entry: DocumentValue {
    .object(
      (type.map { [.init("type", .string($0))] } ?? []) + [.init("url", .string(address))]
        + (headers.isEmpty ? [] : [.init("headers", .object(headers))]))
  }
}
