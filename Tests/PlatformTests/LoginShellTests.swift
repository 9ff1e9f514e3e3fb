import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct LoginShellTests {
  @Test func noiseAroundTheAnswerDoesNoHarm() {
    let bytes = Array("motd\n__junction_path_7c1f__/a:/b\n__junction_path_7c1f__bye".utf8)
    #expect(LoginShell.answer(in: bytes) == "/a:/b")
    for count in 0..<bytes.count - 3 { #expect(LoginShell.answer(in: Array(bytes[..<count])) == nil) }
    #expect(LoginShell.answer(in: Array("__junction_path_7c1f____junction_path_7c1f__".utf8)) == nil)
  }

  @Test func theShellIsAskedOnceAndMayTalk() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(
        scratch.write("echo started >> $HOME/log\necho 'Welcome!'\nPATH=$PATH:/from/the/profile\n", to: ".profile"))
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let shell = LoginShell(
        supervisor: supervisor, connection: 1, shell: "/bin/sh",
        environment: ["HOME=" + scratch.path, "PATH=/usr/bin:/bin"])
      #expect(await shell.path()?.hasSuffix(":/from/the/profile") == true)
      #expect(await shell.path()?.hasSuffix(":/from/the/profile") == true)
      #expect(scratch.read("log") == "started\n")
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  @Test func aShellThatHangsHasNoAnswer() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(scratch.write("trap '' TERM\nwhile :; do sleep 60; done\n", to: ".profile"))
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      var waits: [UInt64] = []
      // A clock whose time is over at once.
      let clock = LoopClock(now: LoopClock.loop.now) { milliseconds, body in
        waits.append(milliseconds)
        return LoopClock.loop.after(0, body)
      }
      let shell = LoginShell(
        supervisor: supervisor, connection: 1, shell: "/bin/sh",
        environment: ["HOME=" + scratch.path, "PATH=/usr/bin:/bin"], clock: clock)
      #expect(await shell.path() == nil)
      #expect(waits == [LoginShell.limit])
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  @Test func aShellThatIsNotThereHasNoAnswer() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      #expect(await LoginShell(supervisor: supervisor, connection: 1, shell: "/no/shell").path() == nil)
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }
}
