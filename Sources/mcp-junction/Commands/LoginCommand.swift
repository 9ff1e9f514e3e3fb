import Authorization
import Configuration
import EventLoop
import Gateway
import Platform

/// `login`: brings a person to the authorization server of a remote server, and keeps the token that comes of it.
///
/// This is the only place that opens a browser. Gateways that run take the token up by themselves.
@GatewayActor
struct LoginCommand {
  nonisolated static let row = Command(
    "login", summary: "Log in to a remote server.",
    arguments: [
      .init(name: "SERVER", complaint: "needs the name of a server", effect: "Its name in the configuration.")
    ],
    options: [noBrowser, device, account, .url],
    examples: [
      .init(line: "login tracker", effect: "Open the browser, and wait until it comes back."),
      .init(
        line: "login --no-browser tracker",
        effect: "Print the address, for a browser anywhere; then paste where it has led."),
    ]
  ) { context in
    await LoginCommand(context).run(context.invocation.arguments[0])
  }

  private nonisolated static let noBrowser = CommandOption("--no-browser", "Print the address instead of opening it.")
  private nonisolated static let device = CommandOption(
    "--device", "Show a code to type in a browser anywhere, where the authorization server can do that.")
  private nonisolated static let account = CommandOption("--choose-account", "Ask which account to use.")

  private let console: Console
  private let surroundings: Surroundings
  private let invocation: Invocation
  private let desk = Desk()

  /// What is open during one login.
  @GatewayActor
  private final class Desk {
    var listening: RedirectListening?
  }

  init(_ context: CommandContext) {
    console = context.console
    surroundings = context.surroundings
    invocation = context.invocation
  }

  func run(_ name: String) async -> ExitStatus {
    guard let configuration = await ConfigurationLoading.loadOnce(in: surroundings, console) else { return .unusable }
    let place: Logins.Place
    let logins = Logins(in: surroundings, of: configuration)
    switch logins.places(named: name, url: invocation.value(of: .url), in: configuration) {
    case .failure(let problem): return complain(.loginImpossible, "\(problem)", .unusable)
    case .success(let found): place = found[0]
    }
    guard !place.hasOwnHeader else {
      return complain(
        .loginImpossible, "'\(name)' has a header Authorization in the configuration; take it out to log in", .unusable)
    }
    guard place.target.url.scheme == "https" || place.target.url.isLoopback else {
      return complain(
        .loginImpossible, "'\(name)' is reached without TLS, and a token must not be (RFC 6750 section 5.3)", .unusable)
    }
    guard let digest = Digest() else { return complain(.loginImpossible, "cannot log in: \(Digest.cure)", .unusable) }
    let input = readPasted()
    defer { input?.close() }
    let login = Login(
      place: place.target, settings: place.settings, store: place.store, ways: ways(place),
      cryptography: Cryptography(random: Self.random, sha256: { digest.sha256($0) }),
      fetch: WebFetching.fetch(in: surroundings, place.remote), now: { WallClock.milliseconds })
    switch await login.run() {
    case .failure(let failure):
      return complain(.loginFailed, "cannot log in to '\(name)': \(logins.secrets.redact("\(failure)"))", .failed)
    case .success(let outcome):
      if let objection = outcome.objection {
        let said = "logged in to '\(name)' at \(outcome.grant.issuer), but \(objection)"
        return complain(.loginFailed, logins.secrets.redact(said), .failed)
      }
      return console.say("Logged in to '\(name)' at \(outcome.grant.issuer).\n")
    }
  }

  private func complain(_ complaint: Complaint, _ text: String, _ status: ExitStatus) -> ExitStatus {
    console.complain(complaint, text)
    return status
  }

  /// The standard library's generator is the system's own source of chance.
  private nonisolated static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  // MARK: - The person

  private var opensBrowser: Bool { !invocation.has(Self.noBrowser) && Browser.isThere(surroundings.environment) }

  private func ways(_ place: Logins.Place) -> ConsentWays {
    ConsentWays(
      listen: { port in listen(port) }, invite: { invite($0) },
      sleep: { await LoopClock.loop.sleep(milliseconds: $0) }, prefersCodes: invocation.has(Self.device),
      choosesAccount: invocation.has(Self.account), port: place.port)
  }

  private func listen(_ port: Int) -> Result<ConsentWays.Redirects, AuthorizationFailure> {
    do throws(PlatformError) {
      let listening = try RedirectListening(port: port)
      desk.listening = listening
      return .success(listening.redirects)
    } catch {
      return .failure(AuthorizationFailure(.consent, "\(error)", cure: "choose another \"oauth.callbackPort\""))
    }
  }

  private func invite(_ invitation: ConsentWays.Invitation) {
    switch invitation {
    case .browse(let address):
      if opensBrowser, (try? Browser.show(address, environment: surroundings.environment)) != nil {
        console.tell("A browser was opened. If it was not, open this address:")
      } else {
        console.tell("Open this address in a browser:")
      }
      console.tell("")
      console.tell("  \(address)")
      console.tell("")
      console.tell(
        "Is the browser on another machine? Then paste here the address that it ends at, and press return.")
    case .type(let code, let address, let complete):
      console.tell("Open \(address) in a browser anywhere, and type this code there: \(code)")
      if let complete { console.tell("Or open \(complete), which has the code in it.") }
    }
  }

  /// Takes lines from standard input as addresses that a person has pasted.
  private func readPasted() -> TextPort? {
    guard let descriptor = try? Descriptor.duplicate(console.streams.input),
      let port = try? TextPort(reading: descriptor)
    else { return nil }
    port.onLine = { [console, desk] line in
      guard !line.allSatisfy(\.isWhitespace), desk.listening?.pasted(line) != true else { return }
      console.tell("That is no address of this login: it begins with http://127.0.0.1 or http://localhost.")
    }
    port.onEnd = { [weak port] in port?.close() }
    port.startReading()
    return port
  }
}
