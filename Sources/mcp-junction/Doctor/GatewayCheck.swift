import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// What `doctor` finds of running gateways, and of what they left: sockets, and what they remember of servers.
@GatewayActor
struct GatewayCheck {
  private let surroundings: Surroundings

  init(_ surroundings: Surroundings) { self.surroundings = surroundings }

  func findings() async -> [Finding] {
    do throws(PlatformError) {
      let directory = try RuntimeDirectory.path(below: surroundings.runtimeDirectory)
      var findings: [Finding] = []
      for file in ControlFiles.living(in: directory) { findings.append(await ask(file)) }
      let stale = ControlFiles.stale(in: directory)
      if !stale.isEmpty {
        findings.append(
          Finding(
            .warning(.leftBehind), "sockets", "\(stale.count) left behind by killed gateways in \(directory)",
            cure: "none needed: the next gateway removes them; --fix does it now"
          ) { ControlFiles.removeStale(in: directory) })
      }
      return findings + caches()
    } catch {
      return [
        Finding(
          .error(.system), "sockets", "no gateway can be asked anything: \(error)",
          cure: "give the directory to yourself alone (chmod 700), or set XDG_RUNTIME_DIR")
      ] + caches()
    }
  }

  private func ask(_ file: ControlFiles.File) async -> Finding {
    let subject = "gateway \(file.process)"
    do throws(PlatformError) {
      let answer = try await ControlClient.ask(ControlProtocol.Question.status.json(), at: file.path)
      guard let status = ControlProtocol.Answer(answer) else {
        return Finding(
          .warning(.leftBehind), subject, "its answer was not understood: it is another version",
          cure: "restart its editor")
      }
      return status.isGood
        ? Finding(.good, subject, "runs on \(status.configurationPath), all servers are well")
        : Finding(
          .warning(.leftBehind), subject, "runs on \(status.configurationPath), and not all of its servers are well",
          cure: "mcp-junction status says which")
    } catch {
      return Finding(
        .warning(.leftBehind), subject, "does not answer: \(error)", cure: "restart its editor if this stays so")
    }
  }

  private func caches() -> [Finding] {
    guard let directory = surroundings.cacheDirectory.map({ "\($0)/mcp-junction" }) else { return [] }
    let broken = FileSystem.names(in: directory).filter { $0.hasPrefix("server-") && $0.hasSuffix(".json") }.map {
      "\(directory)/\($0)"
    }.filter { path in
      guard let bytes = try? FileSystem.read(path, limit: FactFiles.sizeLimit) else { return true }
      return ServerFacts(json: bytes) == nil
    }
    guard !broken.isEmpty else { return [] }
    return [
      Finding(
        .warning(.brokenCache), "cache",
        "\(broken.count) of the files that remember servers cannot be read: \(broken[0])",
        cure: "remove \(broken.count == 1 ? "it" : "them"): they are made anew; --fix does it"
      ) { () throws(PlatformError) in for path in broken { try FileSystem.remove(path) } }
    ]
  }
}
