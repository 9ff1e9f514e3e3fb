package import Configuration
package import TextEditing

/// A place where an editor's file may be.
package struct EditorPlace: Sendable {
  package enum Root: Sendable {
    case home
    /// `$XDG_CONFIG_HOME`, or `~/.config`, also on macOS.
    case configuration
    /// Where applications of the desktop keep their settings: `~/Library/Application Support` on macOS, else as
    /// ``configuration``.
    case application
    /// The directory that a variable names; the place counts only where it is set.
    case variable(String)
    /// The file itself that a variable names.
    case file(variable: String)
  }

  let root: Root
  let path: String
  package let format: DocumentFormat

  init(_ root: Root, _ path: String = "", _ format: DocumentFormat = .json) {
    self.root = root
    self.path = path
    self.format = format
  }

  /// Whether it counts before all others where its variable is set.
  var isNamed: Bool {
    switch root {
    case .variable, .file: true
    case .home, .configuration, .application: false
    }
  }

  /// Returns the path of the file; nil when nothing says where that is.
  ///
  /// - Parameters:
  ///   - surroundings: what knows the directories.
  ///   - isMac: whether the system is macOS.
  package func file(in surroundings: Surroundings, isMac: Bool) -> String? {
    switch root {
    case .home: surroundings.homeDirectory.map { "\($0)/\(path)" }
    case .configuration: surroundings.configurationDirectory.map { "\($0)/\(path)" }
    case .application:
      isMac
        ? surroundings.homeDirectory.map { "\($0)/Library/Application Support/\(path)" }
        : surroundings.configurationDirectory.map { "\($0)/\(path)" }
    case .variable(let name): value(name, surroundings).map { "\($0)/\(path)" }
    case .file(let name): value(name, surroundings)
    }
  }

  private func value(_ name: String, _ surroundings: Surroundings) -> String? {
    guard let value = surroundings.environment[name], !value.isEmpty else { return nil }
    if value.hasPrefix("~/") { return surroundings.homeDirectory.map { $0 + value.dropFirst() } }
    return surroundings.absolute(value)
  }
}

extension Editor {
  /// Returns the files that may hold this editor's servers, the one that counts most first.
  package func files(
    in surroundings: Surroundings, isMac: Bool
  ) -> [(path: String, format: DocumentFormat)] {
    let named = places.filter(\.isNamed) + places.filter { !$0.isNamed }
    var seen: Set<String> = []
    return named.compactMap { place in
      place.file(in: surroundings, isMac: isMac).flatMap { seen.insert($0).inserted ? ($0, place.format) : nil }
    }
  }
}
