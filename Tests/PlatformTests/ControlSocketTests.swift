import CLibUV
import EventLoop
import Glibc
import JSONRPC
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct ControlSocketTests {
  private static let question = "{\"ask\":\"x\"}"
  /// No process has it: the system gives out smaller ones.
  private static let nobody = Int32.max

  /// A socket, in a directory of its own, that answers every question with itself, wrapped.
  @GatewayActor
  private final class Echo {
    let directory: ScratchDirectory
    let path: String
    let socket: ControlSocket

    init(in directory: ScratchDirectory? = nil, patience: UInt64 = ControlSocket.patience) throws {
      self.directory = try directory ?? ScratchDirectory()
      path = ControlFiles.path(in: self.directory.path, process: OwnProcess.id)
      socket = try ControlSocket(path: path, patience: patience) { question in
        ControlReply("{\"asked\":" + String(decoding: question.bytes, as: UTF8.self) + "}")
      }
    }

    func close() { socket.close() }
  }

  /// A connection that says `text` and tells when its peer has ended it.
  @GatewayActor private func connect(to path: String, saying text: String = "") throws -> (port: StreamPort, over: Gate)
  {
    let descriptor = junction_connect(path)
    try #require(descriptor >= 0)
    let port = try StreamPort(reading: descriptor, writing: descriptor, frameLimit: 1 << 20)
    let over = Gate()
    port.onReadEnd = { over.open() }
    port.startReading()
    if !text.isEmpty { port.output.append(text) }
    return (port, over)
  }

  /// Leaves what a gateway leaves that was killed: a socket at which nobody listens.
  private func abandonSocket(at path: String) { close(makeSocket(at: path)) }

  private func makeSocket(at path: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(status == 0)
    return descriptor
  }

  private func failure(_ body: () async throws -> Void) async -> Int32? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? PlatformError)?.code
    }
  }

  @Test func aQuestionIsAnsweredToAnyNumberOfPeersAtOnce() async throws {
    try await onLoop {
      let echo = try Echo()
      let asking = (0..<10).map { number in
        Task { @GatewayActor in
          let answer = try await ControlClient.ask("{\"ask\":\(number)}", at: echo.path)
          return withExtendedLifetime(answer) { String(decoding: answer.bytes, as: UTF8.self) }
        }
      }
      for (number, answer) in asking.enumerated() {
        #expect(try await answer.value == "{\"asked\":{\"ask\":\(number)}}")
      }
      echo.close()
    }
  }

  @Test func anAnswerThatNoSocketBufferHoldsArrivesWhole() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let text = String(repeating: "a", count: 1 << 20)
      let path = ControlFiles.path(in: directory.path, process: OwnProcess.id)
      let socket = try ControlSocket(path: path, patience: 50_000) { _ in ControlReply("{\"text\":\"\(text)\"}") }
      let answer = try await ControlClient.ask(Self.question, at: path, within: 50_000)
      #expect(answer.raw("text")?.count == text.utf8.count + 2)
      socket.close()
      withExtendedLifetime(directory) {}
    }
  }

  @Test func onlyTheUserCanReachIt() async throws {
    try await onLoop {
      let echo = try Echo()
      var status = stat()
      #expect(lstat(echo.path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      echo.close()
    }
  }

  @Test(arguments: [false, true])
  func whatIsNoQuestionEndsTheConversation(_ isLong: Bool) async throws {
    try await onLoop {
      let echo = try Echo()
      let peer = try connect(
        to: echo.path, saying: isLong ? "{\"ask\":\"" + String(repeating: "x", count: 5_000) + "\"}\n" : "no JSON\n")
      await peer.over.wait()
      peer.port.close()
      #expect(try await ControlClient.ask(Self.question, at: echo.path).raw("asked") != nil)
      echo.close()
    }
  }

  @Test(arguments: ["", "{\"ask\":"])
  func whoDoesNotAskIsNotWaitedForForEver(_ text: String) async throws {
    try await onLoop {
      let echo = try Echo(patience: 50)
      let peer = try connect(to: echo.path, saying: text)
      await peer.over.wait()
      peer.port.close()
      echo.close()
    }
  }

  @Test func manyIdlePeersDoNotKeepTheSocketFromItsOwnerForLong() async throws {
    try await onLoop {
      // Longer than a loop that other tests keep busy takes to accept them all.
      let echo = try Echo(patience: 5_000)
      let idle = try (0..<ControlSocket.conversationLimit).map { _ in try connect(to: echo.path) }
      let late = try connect(to: echo.path, saying: Self.question + "\n")
      // Its connection is one too many and ends at once, before the patience with the others is over.
      await late.over.wait()
      #expect(idle.allSatisfy { !$0.over.isOpen })
      for peer in idle { await peer.over.wait() }
      #expect(try await ControlClient.ask(Self.question, at: echo.path).raw("asked") != nil)
      for peer in idle + [late] { peer.port.close() }
      echo.close()
    }
  }

  @Test func aClosedSocketIsGoneAndDropsItsPeers() async throws {
    try await onLoop {
      let echo = try Echo()
      // The answer shows that both were accepted.
      let idle = try connect(to: echo.path)
      _ = try await ControlClient.ask(Self.question, at: echo.path)
      echo.close()
      echo.close()
      await idle.over.wait()
      idle.port.close()
      #expect(access(echo.path, F_OK) != 0)
      #expect(await failure { _ = try await ControlClient.ask(Self.question, at: echo.path) } == ENOENT)
    }
  }

  @Test func anAbandonedSocketIsReplacedAndALivingOneIsNot() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      abandonSocket(at: ControlFiles.path(in: directory.path, process: OwnProcess.id))
      let echo = try Echo(in: directory)
      #expect(await failure { _ = try Echo(in: directory) } == EADDRINUSE)
      #expect(try await ControlClient.ask(Self.question, at: echo.path).raw("asked") != nil)
      echo.close()
    }
  }

  @Test func aConnectionThatIsHandedOverLosesNothingOfEitherDirection() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let path = ControlFiles.path(in: directory.path, process: OwnProcess.id)
      var taken: StreamPort?
      let socket = try ControlSocket(path: path, patience: 2_000) { _ in
        ControlReply("{\"good\":true}") { port in
          port.onEvent = { event in
            if case .frame(let frame) = event {
              port.output.append(String(decoding: frame.bytes, as: UTF8.self) + "\n")
            }
          }
          port.startReading()
          taken = port
        }
      }
      // What stands behind the question already is for whoever takes the connection over.
      let (answer, port) = try await ControlClient.open(Self.question + "\n{\"first\":1}", at: path)
      #expect(answer.raw("good") != nil)
      var echoes: [String] = []
      let enough = Gate()
      port.onEvent = { event in
        if case .frame(let frame) = event { echoes.append(String(decoding: frame.bytes, as: UTF8.self)) }
        if echoes.count == 2 { enough.open() }
      }
      port.startReading()
      // It is not ended when the time for questions is over.
      await LoopClock.loop.sleep(milliseconds: 2_300)
      port.output.append("{\"second\":2}\n")
      await enough.wait()
      #expect(echoes == ["{\"first\":1}", "{\"second\":2}"])
      port.close()
      taken?.close()
      socket.close()
      withExtendedLifetime(directory) {}
    }
  }

  @Test func aPathThatNoSocketCanHaveIsRefused() async {
    await onLoop {
      let path = "/tmp/" + String(repeating: "x", count: 120)
      #expect(await failure { _ = try ControlSocket(path: path) { _ in ControlReply("{}") } } == ENAMETOOLONG)
      #expect(await failure { _ = try await ControlClient.ask(Self.question, at: path) } == ENAMETOOLONG)
    }
  }

  @Test func socketsOfGatewaysThatAreGoneAreRemovedAndNothingElse() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let echo = try Echo(in: directory)
      let stale = ControlFiles.path(in: directory.path, process: Self.nobody)
      let starting = ControlFiles.path(in: directory.path, process: getppid())
      for path in [stale, starting, directory.path + "/gateway-x.sock"] { abandonSocket(at: path) }
      #expect(ControlFiles.living(in: directory.path) == [.init(process: OwnProcess.id, path: echo.path)])
      ControlFiles.removeStale(in: directory.path)
      let names = Set(FileSystem.names(in: directory.path))
      #expect(names == ["gateway-\(OwnProcess.id).sock", "gateway-\(getppid()).sock", "gateway-x.sock"])
      echo.close()
    }
  }

  @Test func whoListensAndDoesNotAnswerIsGivenUp() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let path = directory.path + "/mute"
      let descriptor = makeSocket(at: path)
      #expect(listen(descriptor, 1) == 0)
      #expect(await failure { _ = try await ControlClient.ask(Self.question, at: path, within: 50) } == ETIMEDOUT)
      #expect(ControlFiles.isListening(at: path))
      close(descriptor)
      #expect(!ControlFiles.isListening(at: path))
      withExtendedLifetime(directory) {}
    }
  }
}
