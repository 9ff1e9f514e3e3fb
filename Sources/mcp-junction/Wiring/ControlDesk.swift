import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// Answers whoever asks this gateway at its control socket, and serves whoever wants to be its guest.
@GatewayActor
final class ControlDesk {
  /// Guests at one time.
  private static let guestLimit = 32

  private let assembly: Assembly
  private let watch: ConfigurationWatch
  private let configurationPath: String
  private var socket: ControlSocket?
  private var guests: [UInt64: ClientSession] = [:]

  init(_ assembly: Assembly, _ watch: ConfigurationWatch) {
    self.assembly = assembly
    self.watch = watch
    let path = assembly.configuration.path
    configurationPath = (try? FileSystem.realPath(path)) ?? path
  }

  /// Makes the socket; the gateway serves just as well without.
  func open() {
    do throws(PlatformError) {
      let directory = try RuntimeDirectory.path(below: assembly.surroundings.runtimeDirectory)
      ControlFiles.removeStale(in: directory)
      socket = try ControlSocket(path: ControlFiles.path(in: directory, process: OwnProcess.id)) { [unowned self] in
        answer($0)
      }
    } catch {
      assembly.log(.warning, "control_socket_missing", ["reason": "\(error)"])
    }
  }

  /// Asks no more guests in, and ends those that there are.
  func close() {
    socket?.close()
    socket = nil
    for guest in guests.values {
      guest.failAll("the gateway ends", cure: nil)
      guest.close()
    }
    guests = [:]
  }

  // MARK: - Questions

  private func answer(_ frame: Frame) -> ControlReply {
    guard let question = ControlProtocol.Question(frame) else {
      return refuse(
        "This gateway does not know what it was asked: it is of another version than the program that asks.")
    }
    if let meant = ControlProtocol.configuration(of: frame), meant != configurationPath {
      return ControlReply(ControlProtocol.elsewhere(configurationPath: configurationPath))
    }
    let manager = assembly.manager
    if let answer = ControlProtocol.answer(
      question, about: manager, configurationPath: configurationPath, process: OwnProcess.id)
    {
      return ControlReply(answer)
    }
    switch question {
    case .session: return receiveGuest()
    case .restart(let name):
      guard manager.upstream.restart(name) else { return refuse("No server in use is called '\(name)'.") }
      return done("\(name) is started anew.\n")
    case .reload:
      let problems = watch.reloadAnew()
      return done(
        problems.isEmpty
          ? "\(configurationPath) is in force.\n" : problems.map { "\($0)\n" }.joined(), isGood: problems.isEmpty)
    case .status, .report, .explain, .search, .costs: return refuse("This gateway cannot answer that.")
    }
  }

  private func done(_ text: String, isGood: Bool = true) -> ControlReply {
    ControlReply(ControlProtocol.done(text, isGood: isGood, configurationPath: configurationPath))
  }

  private func refuse(_ reason: String) -> ControlReply { ControlReply(ControlProtocol.refused(reason)) }

  // MARK: - Guests

  private func receiveGuest() -> ControlReply {
    guard assembly.manager.isIntroduced else {
      return refuse("This gateway's own client has not introduced itself yet.")
    }
    guard guests.count < Self.guestLimit else { return refuse("This gateway has too many guests.") }
    return ControlReply(ControlProtocol.done("", configurationPath: configurationPath)) { [weak self] port in
      guard let self else { return port.close() }
      serve(port)
    }
  }

  private func serve(_ port: StreamPort) {
    let settings = assembly.manager.configuration.settings
    port.frameLimit = settings.maxFrame
    port.unreadLimit = settings.unreadLimit
    let session = assembly.manager.open(Transport(port), as: .guest)
    guests[session.number] = session
    session.start()
    Task { @GatewayActor [weak self] in
      await Gate.any(session.inputEnded, session.outputEnded).wait()
      guard let self, guests.removeValue(forKey: session.number) != nil else { return }
      session.close()
    }
  }
}
