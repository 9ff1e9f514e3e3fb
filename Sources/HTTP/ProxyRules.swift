/// Which proxy the environment names for an address.
///
/// Both spellings of the variables are read, the lower one first, as most programs do it: `http_proxy`, `https_proxy`,
/// `all_proxy` and `no_proxy`. This machine itself is always reached directly.
package struct ProxyRules: Equatable, Sendable {
  private let environment: [String: String]

  /// - Parameter environment: all variables.
  package init(environment: [String: String]) {
    self.environment = environment.filter { Self.names.contains($0.key.lowercased()) && !$0.value.isEmpty }
  }

  private static let names: Set<String> = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]

  /// Returns the proxy's address; nil for none.
  package func proxy(for address: HTTPAddress) -> String? {
    guard !address.isLoopback, !isExcepted(address) else { return nil }
    return value("\(address.scheme)_proxy") ?? value("all_proxy")
  }

  private func value(_ name: String) -> String? { environment[name] ?? environment[name.uppercased()] }

  /// `no_proxy` lists hosts, each of which stands for what is below it as well, perhaps with a port; `*` is all of them.
  private func isExcepted(_ address: HTTPAddress) -> Bool {
    guard let list = value("no_proxy") else { return false }
    return list.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
      if entry == "*" { return true }
      var name = entry.lowercased()
      if address.host.hasPrefix("[") {
        return "[\(name)]" == address.host || name == address.host || name == "\(address.host):\(address.port)"
      }
      if let colon = name.lastIndex(of: ":") {
        guard Int(name[name.index(after: colon)...]) == address.port else { return false }
        name = String(name[..<colon])
      }
      while name.hasPrefix(".") || name.hasPrefix("*") { name.removeFirst() }
      return address.host == name || address.host.hasSuffix("." + name)
    }
  }
}
