import Configuration
import EventLoop
import Gateway
import MCP
import Platform

/// The tools that servers had in an earlier run, as files tell: no server is started, and no secret is asked for.
@GatewayActor
enum KnownTools {
  struct Tool {
    /// The name that clients see.
    let name: String
    let description: String
  }

  static func all(in surroundings: Surroundings) async -> [Tool] {
    await ValueSources.using(surroundings) { values in
      let configuration = ConfigurationLoading.salvage(in: surroundings, values, noting: SourceFiles())
      let log = Log([], redact: { $0 })
      let manager = ServerManager(
        configuration: configuration, identity: Program.identity, clock: .loop,
        carriers: CarrierFactory { _, _, _ in .failure(LaunchFailure(reason: "nothing is started to look at names")) },
        facts: FactFiles(in: surroundings, log: log).store, log: log)
      await manager.whenMerged()
      return manager.catalog.toolEntries.map { entry in
        let description = entry.item.string("description") ?? entry.item.string("title") ?? ""
        return Tool(name: entry.name, description: String(ShownText.line(description).prefix(80)))
      }
    }
  }
}
