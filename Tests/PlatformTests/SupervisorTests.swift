import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

/// Processes under a real supervisor.
@Suite(.timeLimit(.minutes(1)))
struct SupervisorTests {
  @Test func aProcessGetsItsArgumentsEnvironmentAndDirectoryAndThreeDescriptors() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        // A descriptor that others leaked to us must not reach it.
        let leaked = fcntl(0, F_DUPFD, 100)
        defer { Descriptor.close(leaked) }
        let order = script("echo \"$WORD\"; pwd; ulimit -n; exec ls /proc/self/fd", in: "/usr")
        let child = try Child(try await supervisor.spawn(order).get())
        #expect(await child.line() == "a b")
        #expect(await child.line() == "/usr")
        #expect(await child.line() == "\(ResourceLimits.openFiles)")
        // The fourth is the directory that is being listed.
        for descriptor in ["0", "1", "2", "3"] { #expect(await child.line() == descriptor) }
        #expect(child.lines.count == 0)
        #expect(await child.exit() == .code(0))
        await child.process.whenGone()
      }
    }
  }

  @Test func exitCodesAndSignalsAreReported() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        for (number, (text, exit)) in [
          ("exit 0", ProcessExit.code(0)), ("exit 17", .code(17)), ("kill -KILL $$", .signal(SIGKILL)),
          ("kill -SEGV $$", .signal(SIGSEGV)),
        ].enumerated() {
          let child = try Child(try await supervisor.spawn(script(text, connection: UInt64(number))).get())
          #expect(await child.exit() == exit)
          await child.process.whenGone()
          #expect(child.process.remaining == [])
        }
      }
    }
  }

  @Test func anExitIsDeliveredToOneWhoAsksLater() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let process = try await supervisor.spawn(script("exit 3")).get()
        await process.whenGone()
        let exits = Mailbox<ProcessExit>()
        process.onExit = { exits.put($0) }
        #expect(await exits.next() == .code(3))
      }
    }
  }

  @Test func aSpawnThatFailsSaysWhichStepAndWhy() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(scratch.write("#!/no/such/interpreter\n", to: "orphan", mode: 0o700))
      try #require(scratch.write("no program", to: "text", mode: 0o700))
      try #require(scratch.write("#!/bin/sh\n", to: "locked", mode: 0o600))
      try await withSupervisor { supervisor in
        var connection: UInt64 = 0
        func failure(_ executable: String, arguments: [String] = [], in directory: String? = nil) async -> SpawnFailure?
        {
          connection += 1
          let order = SpawnOrder(
            connection: connection, executable: executable, arguments: [executable] + arguments, environment: [],
            directory: directory)
          guard case .failure(let failure) = await supervisor.spawn(order) else { return nil }
          return failure
        }
        #expect(await failure("/no/such/program") == SpawnFailure(.execute, code: ENOENT))
        #expect(await failure(scratch.path + "/orphan") == SpawnFailure(.execute, code: ENOENT))
        #expect(await failure(scratch.path + "/text") == SpawnFailure(.execute, code: ENOEXEC))
        #expect(await failure(scratch.path + "/locked") == SpawnFailure(.execute, code: EACCES))
        #expect(await failure("/bin/sh", in: "/no/such/directory") == SpawnFailure(.directory, code: ENOENT))
        #expect(await failure("/bin/sh", in: "/etc/passwd") == SpawnFailure(.directory, code: ENOTDIR))
        let large = String(repeating: "x", count: 1 << 20)
        #expect(
          await failure("/bin/true", arguments: Array(repeating: large, count: 8))
            == SpawnFailure(.execute, code: E2BIG))
      }
    }
  }

  @Test func signalsReachAProcessAsAShellWouldLeaveThem() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let text =
          "import signal; print([s.name for s in signal.Signals if s.name not in ('SIGINT', 'SIGPIPE', 'SIGXFSZ')"
          + " and signal.getsignal(s) != signal.SIG_DFL], signal.pthread_sigmask(signal.SIG_BLOCK, []))"
        let order = SpawnOrder(
          connection: 1, executable: "/usr/bin/env", arguments: ["env", "python3", "-c", text],
          environment: ["PATH=/usr/local/bin:/usr/bin:/bin"])
        let child = try Child(try await supervisor.spawn(order).get())
        #expect(await child.line() == "[] set()")
      }
    }
  }

  @Test func aServerThatFollowsItsClosedInputIsNotSignalled() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(try await supervisor.spawn(script("echo up; read line; exit 5")).get())
        #expect(await child.line() == "up")
        child.process.end(urgent: false)
        child.closeInput()
        #expect(await child.exit() == .code(5))
        await child.process.whenGone()
      }
    }
  }

  @Test func theLadderEndsWhatIgnoresItsInputAndSIGTERM() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let deaf = try Child(
          try await supervisor.spawn(script("trap '' TERM; echo up; while :; do sleep 60; done")).get())
        #expect(await deaf.line() == "up")
        deaf.closeInput()
        let begin = LoopClock.loop.now()
        deaf.process.end(urgent: false)
        #expect(await deaf.exit() == .signal(SIGKILL))
        await deaf.process.whenGone()
        // How much longer it takes on a busy machine is not the ladder's affair.
        #expect(LoopClock.loop.now().since(begin) >= Ladder.patience + Ladder.grace - 100)
      }
    }
  }

  @Test func urgentlyAProcessGetsSIGTERMAtOnceEvenWhenItIsStopped() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(try await supervisor.spawn(script("echo up; kill -STOP $$; read line")).get())
        #expect(await child.line() == "up")
        #expect(await child.stops.next() == .stopped(SIGSTOP))
        child.process.end(urgent: true)
        #expect(await child.exit() == .signal(SIGTERM))
        await child.process.whenGone()
      }
    }
  }

  @Test func stopsAndContinuationsAreReported() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(try await supervisor.spawn(script("echo up; kill -STOP $$; echo on; read line")).get())
        #expect(await child.line() == "up")
        #expect(await child.stops.next() == .stopped(SIGSTOP))
        kill(child.process.pid, SIGCONT)
        #expect(await child.stops.next() == .continued)
        #expect(await child.line() == "on")
      }
    }
  }

  @Test func theRestOfAGroupFollowsItsLeader() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(try await supervisor.spawn(script("sleep 600 & echo $!; exit 1")).get())
        let sleeper = try #require(await child.numbers().first)
        #expect(await child.exit() == .code(1))
        await child.process.whenGone()
        #expect(kill(sleeper, 0) != 0)
      }
    }
  }

  @Test func aShutdownEndsWhatChangedItsSessionAndClearedItsEnvironment() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let child = try Child(
        try await supervisor.spawn(
          script("(env -i setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 600; done' &) ; read line")
        ).get())
      let daemon = try #require(await child.numbers().first)
      child.closeInput()
      #expect(await child.exit() == .code(1))
      await child.process.whenGone()
      #expect(kill(daemon, 0) == 0, "nothing tells whose it is")
      #expect(await supervisor.shutDown(urgent: false) == [])
      #expect(kill(daemon, 0) != 0)
    }
  }

  @Test func serversGetAnotherLimitOfOpenFilesAndTheSupervisorDoesNot() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path(), openFiles: 17)
      // More descriptors travel at once than the servers may have.
      let results = await withTaskGroup(of: Result<SpawnedProcess, SpawnFailure>.self) { group in
        for connection in 0..<UInt64(20) {
          let order = script("ulimit -n", connection: connection)
          group.addTask { await supervisor.spawn(order) }
        }
        var results: [Result<SpawnedProcess, SpawnFailure>] = []
        for await result in group { results.append(result) }
        return results
      }
      for result in results {
        let child = try Child(try result.get())
        #expect(await child.line() == "17")
        child.closeInput()
      }
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  @Test func fiftyProcessesStartAtOnceAndEndAtOnce() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        var large = script("echo $CONNECTION; cat")
        large.environment.append("PADDING=" + String(repeating: "p", count: 100_000))
        let results = await withTaskGroup(of: Result<SpawnedProcess, SpawnFailure>.self) { group in
          for connection in 0..<UInt64(50) {
            var order = large
            order.connection = connection
            order.environment.append("CONNECTION=\(connection)")
            group.addTask { [order] in await supervisor.spawn(order) }
          }
          var results: [Result<SpawnedProcess, SpawnFailure>] = []
          for await result in group { results.append(result) }
          return results
        }
        let children = try results.map { try Child(try $0.get()) }
        for child in children {
          #expect(await child.line() == "\(child.process.connection)")
          child.process.end(urgent: false)
          child.closeInput()
        }
        for child in children {
          #expect(await child.exit() == .code(0))
          await child.process.whenGone()
        }
      }
    }
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func nothingIsLeftWhenTheGatewayDies(_ signal: Int32) async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      // A gateway below a supervisor of ours, so that we see what remains.
      let script = """
        trap '' TERM
        echo $$ $PPID $(sh -c 'sleep 600 >/dev/null 2>&1 & echo $!') \
          $(setsid sh -c '(trap "" TERM HUP; sleep 600) >/dev/null 2>&1 & echo $!')
        while :; do sleep 600; done
        """
      let gateway = try Child(
        try await supervisor.spawn(
          SpawnOrder(
            connection: 1, executable: try Peer.path(), arguments: [try Peer.path(), "gateway", script],
            environment: Environment.all)
        ).get())
      let numbers = await gateway.numbers()
      try #require(numbers.count == 4)
      for number in numbers { #expect(kill(number, 0) == 0) }
      kill(gateway.process.pid, signal)
      #expect(await gateway.exit() == (signal == SIGKILL ? .signal(SIGKILL) : .code(0)))
      // The last one is their own supervisor, whose end nobody here is told of.
      // One that has ended may not be reaped yet.
      func remaining() -> [Int32] {
        numbers.filter { (ProcessTable.entry($0)?.state ?? UInt8(ascii: "Z")) != UInt8(ascii: "Z") }
      }
      let deadline = LoopClock.loop.now().advanced(by: 10_000)
      while !remaining().isEmpty, LoopClock.loop.now() < deadline { await LoopClock.loop.sleep(milliseconds: 10) }
      let left = remaining()
      #expect(left == [], "of \(numbers)")
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }
}
