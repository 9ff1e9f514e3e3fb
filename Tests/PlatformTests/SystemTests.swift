import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct FileSystemTests {
  @Test func aFileIsReadWholeUpToItsLimit() throws {
    let scratch = try ScratchDirectory()
    let text = String(repeating: "0123456789", count: 1000)
    try #require(scratch.write(text, to: "file"))
    #expect(try FileSystem.read(scratch.path + "/file", limit: 10_000) == Array(text.utf8))
    let tooLarge = PlatformError("read", path: scratch.path + "/file", code: EFBIG)
    #expect(throws: tooLarge) { try FileSystem.read(scratch.path + "/file", limit: 9999) }
    #expect(throws: PlatformError("open", path: "/no/file", code: ENOENT)) { try FileSystem.read("/no/file", limit: 1) }
    #expect(throws: PlatformError("read", path: scratch.path, code: EISDIR)) {
      try FileSystem.read(scratch.path, limit: 1)
    }
    #expect(try FileSystem.read("/dev/null", limit: 0) == [])
  }

  @Test func aReplacedFileIsPrivateAndLeavesNothingBeside() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/facts"
    try #require(scratch.write("old", to: "facts", mode: 0o644))
    try FileSystem.replace(path, with: Array("new".utf8))
    #expect(scratch.read("facts") == "new")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(FileSystem.names(in: scratch.path) == ["facts"])
    #expect(throws: PlatformError("write", path: scratch.path + "/no/file", code: ENOENT)) {
      try FileSystem.replace(scratch.path + "/no/file", with: [])
    }
  }

  @Test func missingDirectoriesAreMade() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/a/b/c"
    try FileSystem.makeDirectories(path)
    try FileSystem.makeDirectories(path)
    var status = stat()
    #expect(stat(scratch.path + "/a", &status) == 0 && status.st_mode & 0o777 == 0o700)
    try #require(scratch.write("", to: "file"))
    #expect(throws: PlatformError.self) { try FileSystem.makeDirectories(scratch.path + "/file/below") }
  }

  @Test func aFileHasOneIdentityByEachOfItsPaths() throws {
    let scratch = try ScratchDirectory()
    try #require(scratch.write("", to: "file"))
    try #require(symlink("file", scratch.path + "/link") == 0)
    #expect(
      try FileSystem.identity(of: scratch.path + "/file") == FileSystem.identity(of: scratch.path + "/./link"))
    #expect(
      try FileSystem.realPath(scratch.path + "/../" + scratch.path.dropFirst(5) + "/link")
        == FileSystem.realPath(scratch.path) + "/file")
    try FileSystem.remove(scratch.path + "/link")
    try FileSystem.remove(scratch.path + "/link")
  }
}

@Suite struct ExecutableSearchTests {
  @Test func aProgramIsFoundAsAShellFindsIt() throws {
    let scratch = try ScratchDirectory()
    try FileSystem.makeDirectories(scratch.path + "/bin/tool-dir")
    try FileSystem.makeDirectories(scratch.path + "/late")
    try #require(scratch.write("#!/bin/sh\n", to: "bin/tool", mode: 0o700))
    try #require(scratch.write("#!/bin/sh\n", to: "here", mode: 0o700))
    try #require(scratch.write("", to: "bin/data"))
    try #require(scratch.write("#!/bin/sh\n", to: "late/data", mode: 0o700))
    func find(_ command: String, _ path: String?) -> Result<String, ExecutableSearch.Failure> {
      ExecutableSearch.resolve(command, path: path, base: scratch.path)
    }
    let bin = scratch.path + "/bin"
    #expect(find("tool", "/no/dir:\(bin)") == .success(bin + "/tool"))
    #expect(find("tool", "bin") == .success(bin + "/tool"))
    #expect(find("here", "/no/dir::/bin") == .success(scratch.path + "/here"))
    #expect(find("./bin/tool", nil) == .success(scratch.path + "/./bin/tool"))
    #expect(find(bin + "/tool", nil) == .success(bin + "/tool"))
    #expect(find("data", "\(bin):\(scratch.path)/late") == .success(scratch.path + "/late/data"))
  }

  @Test func aFailureSaysWhatWasSearched() throws {
    let scratch = try ScratchDirectory()
    try #require(scratch.write("", to: "data"))
    func failure(_ command: String, _ path: String?) -> String? {
      guard case .failure(let failure) = ExecutableSearch.resolve(command, path: path, base: scratch.path) else {
        return nil
      }
      return failure.description
    }
    #expect(failure("tool", "/a:/b") == "tool was not found in PATH: /a:/b")
    #expect(failure("tool", nil) == "tool was not found: PATH is empty")
    #expect(failure("bin/tool", "/a") == "\(scratch.path)/bin/tool does not exist")
    #expect(failure("data", scratch.path) == "\(scratch.path)/data is not an executable file")
    #expect(failure("/", nil) == "/ is not an executable file")
    #expect(failure("", "/bin") != nil)
  }
}

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

@Suite(.timeLimit(.minutes(1)))
struct OwnProcessTests {
  @Test func thisProcessIsKnownByIdStartAndBoot() throws {
    let entry = try #require(ProcessTable.entry(getpid()))
    #expect(entry.parent == getppid())
    #expect(entry.group == getpgrp())
    #expect(OwnProcess.startTime == entry.startTime)
    #expect(OwnProcess.bootIdentity.utf8.count == 36)
    #expect(OwnProcess.namespace.hasPrefix("pid:["))
    #expect(try FileSystem.realPath(OwnProcess.image()) == OwnProcess.executablePath())
  }

  @Test func aProgramsNameMayLookLikeTheFieldsAfterIt() {
    let line = "7 (a) S 1 2) T 4 5 6 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0"
    func parse(_ line: String) -> ProcessTable.Entry? { Array(line.utf8).withUnsafeBytes { ProcessTable.parse($0) } }
    let entry = parse(line)
    #expect(
      entry
        == ProcessTable.Entry(process: 7, parent: 4, group: 5, session: 6, state: UInt8(ascii: "T"), startTime: 99))
    #expect(parse("7 (a) S 1") == nil)
    #expect(parse("7 (a)") == nil)
    #expect(parse("") == nil)
  }

  @Test func descendantsAreFoundAtAnyDepth() {
    func entry(_ process: Int32, _ parent: Int32) -> ProcessTable.Entry {
      ProcessTable.Entry(process: process, parent: parent, group: 0, session: 0, state: 0, startTime: 0)
    }
    let entries = [entry(1, 0), entry(2, 1), entry(3, 2), entry(4, 3), entry(5, 1), entry(6, 2)]
    #expect(Set(ProcessTable.descendants(of: 2, in: entries).map(\.process)) == [3, 4, 6])
  }

  @Test func aTerminalTellsItsColumns() throws {
    var main: Int32 = -1
    var shared: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: 91, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&main, &shared, nil, nil, &size) == 0)
    #expect(Terminal.isTerminal(shared))
    #expect(Terminal.columns(shared) == 91)
    Descriptor.close(main)
    Descriptor.close(shared)
    let pipe = try Descriptor.pipe()
    #expect(!Terminal.isTerminal(pipe.reading))
    #expect(Terminal.columns(pipe.reading) == nil)
    Descriptor.close(pipe.reading)
    Descriptor.close(pipe.writing)
  }

  @Test func signalsAreEventsOfTheLoop() async {
    await onLoop {
      let received = Mailbox<Int>()
      let source = SignalSource(SignalSource.report) { received.put(1) }
      kill(getpid(), SignalSource.report)
      #expect(await received.next() == 1)
      withExtendedLifetime(source) {}
    }
  }
}

/// ``StandardStreams`` in a process of its own.
@Suite(.timeLimit(.minutes(1)))
struct StandardStreamsTests {
  private func run(_ redirections: String) async throws -> (output: String, errors: String, exit: ProcessExit) {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let process = try await supervisor.spawn(
        SpawnOrder(
          connection: 1, executable: "/bin/sh",
          arguments: [
            "sh", "-c", "cd \"$2\"; echo hello > in; \"$1\" streams \(redirections)", "sh", try Peer.path(),
            scratch.path,
          ],
          environment: Environment.all)
      ).get()
      await process.whenGone()
      for descriptor in [process.standardInput, process.standardOutput, process.standardError] {
        Descriptor.close(descriptor)
      }
      #expect(await supervisor.shutDown(urgent: true) == [])
      return (scratch.read("out") ?? "", scratch.read("err") ?? "", process.exit ?? .unknown)
    }
  }

  @Test func strayReadsAndPrintsDoNotReachTheClient() async throws {
    let result = try await run("<in >out 2>err")
    #expect(result == ("hello\n", "stray\n", .code(0)))
  }

  @Test func closedStreamsAreTheNullDevice() async throws {
    #expect(try await run("<&- >out 2>err") == ("", "stray\n", .code(0)))
    #expect(try await run("<in >&- 2>err") == ("", "stray\n", .code(0)))
    #expect(try await run("<in >out 2>&-") == ("hello\n", "", .code(0)))
    #expect(try await run("<&- >&- 2>&-") == ("", "", .code(0)))
  }
}
