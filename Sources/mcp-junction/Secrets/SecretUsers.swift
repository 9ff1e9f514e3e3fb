import Configuration
import Editors
import EventLoop

/// Which servers of the configuration refer to which secrets.
@GatewayActor
struct SecretUsers {
  private let uses: [(server: String, secret: String)]

  init(_ surroundings: Surroundings) {
    let own = try? OwnFile.open(surroundings).get()
    uses = (own?.entries ?? []).flatMap { entry in
      VariableReferences.secrets(in: entry.node).map { (entry.key, $0) }
    }
  }

  /// Every secret that is referred to, once, in order.
  var names: [String] { Set(uses.map(\.secret)).sorted() }

  func servers(of secret: String) -> [String] { uses.filter { $0.secret == secret }.map(\.server) }
}
