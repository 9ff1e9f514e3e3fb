package import TextEditing

/// One way in which an editor writes its servers.
package struct EditorDialect: Sendable {
  /// How references to variables are written in entries, for reading them.
  package enum References: Sendable {
    /// `${VAR}`, `${VAR:-default}`, `${env:VAR}`, as the gateway itself writes them.
    case own
    /// `$VAR` as well.
    case dollar
    /// `{env:VAR}`.
    case openCode
    /// `${{ secrets.VAR }}`.
    case secrets
    /// None: what looks like one is meant as it stands.
    case none
  }

  /// What the number in an entry's `timeout` means.
  package enum Timeout: Sendable {
    case milliseconds, seconds
    /// Milliseconds until the server's list is there.
    case listing
  }

  /// How an entry is switched off without being removed: a key and the value that does it.
  package struct Switch: Sendable {
    package let key: String
    package let off: Bool
  }

  /// The keys from the top of the file to the servers.
  package let path: [String]
  /// Whether they stand in a list and say their names, instead of under them.
  var isList = false
  var shape = EntryShape()
  var handover = Handover.none
  var references = References.own
  var timeout = Timeout.milliseconds
  /// What a `url` without a type is.
  var untypedRemote: String?
  package var off: Switch?

  init(_ path: String...) { self.path = path }

  func with(_ change: (inout EditorDialect) -> Void) -> EditorDialect {
    var copy = self
    change(&copy)
    return copy
  }

  /// The way to the servers.
  package var steps: [DocumentStep] { path.map(DocumentStep.key) }

  /// Returns the way to a server's entry.
  package func steps(to key: String) -> [DocumentStep] { steps + [isList ? .element(named: key) : .key(key)] }

  /// Whether no variable can be handed to a server without its value.
  package var handsNothingOver: Bool { if case .none = handover { true } else { false } }
}
