import Configuration
import EventLoop
import Platform

/// The secrets that the person has given to the gateway to keep: in the keyring of the machine where there is one, else in a
/// file.
@GatewayActor
struct SecretStore {
  enum Place: String, CaseIterable, Sendable {
    case keyring, file
  }

  /// Milliseconds that the keyring may take: it may ask the person to unlock it.
  private static let patience: UInt64 = 10_000
  /// Bytes of all names in the keyring.
  private static let listLimit = 1 << 20

  private let runner: ProgramRunner
  private let file: SecretFile?

  init(in surroundings: Surroundings, _ runner: ProgramRunner) {
    self.runner = runner
    file = SecretFile(in: surroundings)
  }

  /// Returns a secret; nil when none is kept under the name. The file is looked at first: it keeps nobody waiting.
  func value(of name: String) async -> Result<String?, ValueProblem> {
    switch file?.values() ?? .success([:]) {
    case .failure(let problem): return .failure(problem)
    case .success(let values):
      if let value = values[name] { return .success(value) }
      return await ask(.get, name).map { $0 }
    }
  }

  /// Keeps a secret. Returns where it is.
  ///
  /// - Parameters:
  ///   - value: the secret.
  ///   - name: what it is kept under; one that has the name already gives way, wherever it is.
  ///   - place: where it is to be; nil for the keyring where there is one, else the file.
  func set(_ value: String, name: String, in place: Place? = nil) async -> Result<Place, ValueProblem> {
    if place != .file {
      switch await ask(.set, name, input: value) {
      case .success(.some):
        return await file?.set(nil, name: name).map { _ in .keyring } ?? .success(.keyring)
      case .success(nil) where place == .keyring:
        return .failure(ValueProblem("this machine has no keyring that can be reached (libsecret and a session bus)"))
      case .success(nil): break
      // A keyring that is there and does not take it is no reason to write a secret down in silence.
      case .failure(let problem):
        return .failure(ValueProblem("\(problem.reason); --in file keeps it in a file instead"))
      }
    }
    guard let file else {
      return .failure(ValueProblem("there is no place for secrets: neither XDG_STATE_HOME nor HOME is set"))
    }
    let kept = await file.set(value, name: name).map { _ in Place.file }
    if case .success = kept { _ = await ask(.remove, name) }
    return kept
  }

  /// Removes a secret. Returns whether there was one.
  func remove(_ name: String) async -> Result<Bool, ValueProblem> {
    let fromFile = await file?.set(nil, name: name) ?? .success(false)
    let fromKeyring = await ask(.remove, name)
    switch (fromFile, fromKeyring) {
    case (.failure(let problem), _), (.success(false), .failure(let problem)): return .failure(problem)
    case (.success(let wasInFile), .success(let answer)): return .success(wasInFile || answer != nil)
    case (.success(true), .failure): return .success(true)
    }
  }

  /// Returns the names of all secrets, with where they are.
  func names() async -> Result<[(name: String, place: Place)], ValueProblem> {
    let inKeyring: [String]
    switch await ask(.list, nil) {
    case .failure(let problem): return .failure(problem)
    case .success(let list): inKeyring = (list ?? "").split(separator: "\n").map(String.init)
    }
    return (file?.values() ?? .success([:])).map { values in
      let kept = values.keys.map { (name: $0, place: Place.file) }
      return (kept + inKeyring.filter { values[$0] == nil }.map { ($0, .keyring) }).sorted { $0.name < $1.name }
    }
  }

  // MARK: - The keyring

  /// Asks the keyring, in a process of its own. Returns nil when it has nothing of the name, or there is no keyring.
  private func ask(
    _ verb: KeyringProcess.Verb, _ name: String?, input: String = ""
  ) async -> Result<String?, ValueProblem> {
    let words = [KeyringProcess.roleArgument, verb.rawValue] + (name.map { [$0] } ?? [])
    let limit = verb == .list ? Self.listLimit : KeyringProcess.sizeLimit
    switch await runner.runSelf(words, input: Array(input.utf8), within: Self.patience, limit: limit) {
    case .failure(let problem): return .failure(ValueProblem("the keyring does not answer: \(problem.reason)"))
    case .success(let outcome):
      guard case .code(let code) = outcome.exit, let ending = KeyringProcess.Ending(rawValue: code) else {
        return .failure(ValueProblem("asking the keyring ended with \(outcome.exit)"))
      }
      switch ending {
      case .good: return .success(String(decoding: outcome.output, as: UTF8.self))
      case .absent, .noKeyring: return .success(nil)
      case .failed: return .failure(ValueProblem("the keyring says: \(ShownText.line(outcome.errors))"))
      }
    }
  }
}
