extension Configuration {
  /// What makes a gateway on one configuration a gateway on another.
  ///
  /// Servers are known by their names: where an entry stands in the file decides nothing, and one with another name is
  /// another server.
  package struct Difference: Equatable, Sendable {
    /// What becomes of one server of the new configuration.
    package enum Step: Equatable, Sendable {
      /// Nothing about it is different.
      case keep(name: String)
      /// Its processes and their calls go on, with other settings.
      case change(ServerConfiguration)
      /// It has to be ended and started anew.
      case restart(ServerConfiguration)
      /// It did not run before.
      case start(ServerConfiguration)
      /// It is disabled, and not run.
      case rest(ServerConfiguration)
    }

    /// Servers that ran and are to run no more, in the old order: what is not listed any more, or is disabled now.
    package let stops: [String]
    /// One for each server of the new configuration, in its order.
    package let steps: [Step]
    /// Whether servers of both configurations follow each other differently.
    package let isReordered: Bool
    /// The new settings of the whole gateway, with the defaults for servers.
    package let settings: GatewaySettings
    /// Names of the gateway's own settings with new values, as they are written.
    package let changedSettings: [String]
    private let path: String
    private let inputs: [InputPrompt]
    private let warnings: [ConfigurationProblem]
    private let problems: [ConfigurationProblem]

    package init(from old: Configuration, to new: Configuration) {
      let before = old.serversByName
      let after = new.serversByName
      stops = old.servers.filter { !$0.isDisabled && after[$0.name].map(\.isDisabled) ?? true }.map(\.name)
      steps = new.servers.map { Self.step(from: before[$0.name], to: $0) }
      isReordered =
        old.servers.map(\.name).filter { after[$0] != nil } != new.servers.map(\.name).filter { before[$0] != nil }
      settings = new.settings
      changedSettings =
        Setting.differing(old.settings, new.settings, in: GatewaySettings.own).map(\.name)
        + (old.settings.profiles == new.settings.profiles ? [] : ["profiles"])
      path = new.path
      inputs = new.inputs
      warnings = new.warnings
      problems = new.problems
    }

    /// Whether nothing has to be done.
    package var isEmpty: Bool {
      stops.isEmpty && !isReordered && changedSettings.isEmpty
        && steps.allSatisfy { if case .keep = $0 { true } else { false } }
    }

    /// Returns what the old configuration becomes.
    package func applied(to old: Configuration) -> Configuration {
      let before = old.serversByName
      let servers = steps.compactMap { step in
        switch step {
        case .keep(let name): before[name]
        case .change(let server), .restart(let server), .start(let server), .rest(let server): server
        }
      }
      return Configuration(
        path: path, servers: servers, settings: settings, inputs: inputs, warnings: warnings, problems: problems)
    }

    private static func step(from old: ServerConfiguration?, to new: ServerConfiguration) -> Step {
      if let old, old == new { return .keep(name: new.name) }
      guard !new.isDisabled else { return .rest(new) }
      guard let old, !old.isDisabled else { return .start(new) }
      return old.needsRestart(toBe: new) ? .restart(new) : .change(new)
    }
  }

  private var serversByName: [String: ServerConfiguration] {
    Dictionary(servers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension ServerConfiguration {
  /// Whether what runs for this entry cannot serve for another entry of the same name.
  fileprivate func needsRestart(toBe new: ServerConfiguration) -> Bool {
    launch != new.launch || replicas != new.replicas || (problem == nil) != (new.problem == nil)
      || Setting.differing(settings, new.settings, in: ServerSettings.table).contains(where: \.needsRestart)
  }
}
