import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

/// What leaves its group, its session or its gateway is found and ended all the same.
@Suite(.timeLimit(.minutes(1)))
struct NothingLeftTests {
  private func isRunning(_ process: Int32) -> Bool { ProcessTable.entry(process).map { !$0.isZombie } ?? false }

  /// A shell script that starts a daemon as daemons start themselves, and prints its number.
  private static let daemon =
    "setsid sh -c '(trap \"\" TERM HUP; echo $(exec sh -c \"echo \\$PPID\"); exec >&- 2>&-; while :; do sleep 600; done) &'"

  @Test func beforeAReplacementEverythingWithTheConnectionsMarkerIsEnded() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(try await supervisor.spawn(script("\(Self.daemon); read line")).get())
        let daemon = try #require(await child.numbers().first)
        let other = try Child(try await supervisor.spawn(script("\(Self.daemon); read line", connection: 2)).get())
        let otherDaemon = try #require(await other.numbers().first)
        kill(child.process.pid, SIGKILL)
        #expect(await child.exit() == .signal(SIGKILL))
        await child.process.whenGone()
        #expect(!isRunning(daemon))
        #expect(isRunning(otherDaemon), "another connection's processes are not touched")
        #expect(other.process.exit == nil)
      }
    }
  }

  @Test func aServerMayBeAllowedToLeaveItsDaemons() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      // Which of the two prints first is open.
      var order = script("\(Self.daemon); sleep 600 & echo sleeper $!; read line")
      order.leavesDaemons = true
      let child = try Child(try await supervisor.spawn(order).get())
      let lines = [await child.line(), await child.line()].sorted()
      let daemon = try #require(Int32(lines[0]))
      let sleeper = try #require(Int32(lines[1].dropFirst("sleeper ".count)))
      child.process.end(urgent: true)
      await child.process.whenGone()
      #expect(isRunning(daemon))
      #expect(!isRunning(sleeper))
      #expect(await supervisor.shutDown(urgent: true) == [])
      #expect(isRunning(daemon))
      // With the sleep that it waits for.
      kill(-(try #require(ProcessTable.entry(daemon)).group), SIGKILL)
    }
  }

  @Test func aStoppedGrandchildIsFoundOnRequest() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let child = try Child(
          try await supervisor.spawn(script("sh -c 'echo $$; kill -STOP $$; echo on' & read line")).get())
        let grandchild = try #require(await child.numbers().first)
        // Its stop is told to the shell alone; asking is all that there is.
        var stopped: [Int32] = []
        while stopped.isEmpty { stopped = await child.process.stoppedProcesses() }
        #expect(stopped == [grandchild])
        kill(grandchild, SIGCONT)
        #expect(await child.line() == "on")
        #expect(await child.process.stoppedProcesses() == [])
        #expect(child.stops.count == 0)
      }
    }
  }

  // MARK: - The supervisor's own end

  @Test func aLostSupervisorIsReplacedAfterItsOrphansHaveEnded() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let facts = Mailbox<String>()
      supervisor.onLost = { facts.put("lost") }
      supervisor.onReplaced = { facts.put("replaced, \($0) remain") }
      let child = try Child(try await supervisor.spawn(script("trap '' TERM; \(Self.daemon); read line")).get())
      let daemon = try #require(await child.numbers().first)
      let lost = try #require(supervisor.pid)
      kill(lost, SIGKILL)
      #expect(await facts.next() == "lost")
      #expect(await child.exit() == .unknown)
      await child.process.whenGone()
      #expect(!isRunning(daemon))
      #expect(!isRunning(child.process.pid))
      let next = try Child(try await supervisor.spawn(script("echo again", connection: 2)).get())
      #expect(await facts.next() == "replaced, [] remain")
      #expect(supervisor.pid != lost)
      #expect(await next.line() == "again")
      #expect(await supervisor.shutDown(urgent: false) == [])
      child.closeInput()
    }
  }

  @Test func aSupervisorLostDuringTheShutdownLeavesNothing() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let child = try Child(try await supervisor.spawn(script("trap '' TERM; \(Self.daemon); read line")).get())
      let daemon = try #require(await child.numbers().first)
      let pid = try #require(supervisor.pid)
      async let remaining = supervisor.shutDown(urgent: true)
      kill(pid, SIGKILL)
      #expect(await remaining == [])
      #expect(!isRunning(daemon))
      #expect(!isRunning(child.process.pid))
    }
  }

  @Test func aStoppedSupervisorIsContinued() async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let pid = try #require(supervisor.pid)
        kill(pid, SIGSTOP)
        let child = try Child(try await supervisor.spawn(script("echo up")).get())
        #expect(await child.line() == "up")
        #expect(supervisor.pid == pid)
      }
    }
  }

  @Test func aSupervisorThatStaysSilentAfterAStopIsKilled() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(scratch.write("#!/bin/sh\nexec sleep 600\n", to: "mute", mode: 0o700))
      let supervisor = Supervisor()
      try supervisor.start(executable: scratch.path + "/mute")
      let pid = try #require(supervisor.pid)
      kill(pid, SIGSTOP)
      let lost = Gate()
      supervisor.onLost = { lost.open() }
      let begin = LoopClock.loop.now()
      await lost.wait()
      #expect(LoopClock.loop.now().since(begin) >= SupervisorChild.silenceLimit)
      #expect(!isRunning(pid))
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  // MARK: - Leftovers of other gateways

  @Test func theNextGatewayEndsWhatADeadOneLeftAndSparesTheLiving() async throws {
    try await onLoop {
      try await withSupervisor { outer in
        @GatewayActor func gateway(_ connection: UInt64) async throws -> (child: Child, numbers: [Int32]) {
          // Without our own marker, by which the supervisor here would find everything itself.
          let order = SpawnOrder(
            connection: connection, executable: "/usr/bin/env",
            arguments: [
              "env", "-u", ProcessMarker.variable, try Peer.path(), "gateway",
              "echo $$ $PPID $(\(Self.daemon)); trap '' TERM; while :; do sleep 600; done",
            ], environment: Environment.all)
          let child = try Child(try await outer.spawn(order).get())
          let numbers = await child.numbers()
          try #require(numbers.count == 3)
          return (child, numbers)
        }
        let living = try await gateway(1)
        let dead = try await gateway(2)
        // Stopped first, so that it cannot replace its supervisor.
        kill(dead.child.process.pid, SIGSTOP)
        #expect(await dead.child.stops.next() == .stopped(SIGSTOP))
        kill(dead.numbers[1], SIGKILL)
        kill(dead.child.process.pid, SIGKILL)
        #expect(await dead.child.exit() == .signal(SIGKILL))

        try await withSupervisor { next in
          // It is started only after the others have ended.
          let child = try Child(try await next.spawn(script("echo up")).get())
          #expect(await child.line() == "up")
          #expect(!isRunning(dead.numbers[0]) && !isRunning(dead.numbers[2]))
          for number in living.numbers { #expect(isRunning(number)) }
        }
      }
    }
  }

  // MARK: - Containers

  @Test(arguments: [false, true])
  func aContainerIsStoppedByItsIdentifierAfterItsClient(_ gatewayDies: Bool) async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let docker = """
        #!/bin/sh
        echo "$@" >> \(scratch.path)/log
        case $1 in
        run) printf 'c0ffee' > "$3"; echo "$2"; trap '' TERM; while :; do sleep 600; done ;;
        esac
        """
      try #require(scratch.write(docker, to: "docker", mode: 0o700))
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let order = SpawnOrder(
        connection: 1, executable: scratch.path + "/docker", arguments: ["docker", "run", "-i", "image"],
        environment: ["PATH=/usr/bin:/bin"])
      let child = try Child(try await supervisor.spawn(order).get())
      #expect(await child.line() == "--cidfile")
      if gatewayDies {
        #expect(await supervisor.shutDown(urgent: true) == [])
      } else {
        child.process.end(urgent: true)
      }
      await child.process.whenGone()
      let log = try #require(scratch.read("log")).split(separator: "\n")
      #expect(log.count == 2)
      #expect(log.last == "stop -t 1 c0ffee")
      let file = try #require(log.first?.split(separator: " ").dropFirst(2).first)
      #expect(access(String(file), F_OK) != 0)
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  @Test func aFileForTheIdentifierThatTheUserNamesIsSoughtWhereTheClientRuns() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let docker = """
        #!/bin/sh
        echo "$@" >> \(scratch.path)/log
        case $1 in
        run) test -e "$3" || printf 'c0ffee' > "$3"; echo "$2"; read -r line ;;
        esac
        """
      try #require(scratch.write(docker, to: "docker", mode: 0o700))
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      for (connection, isThereBefore) in [(1, false), (2, true)] as [(UInt64, Bool)] {
        if isThereBefore { try #require(scratch.write("bada55", to: "id")) }
        let order = SpawnOrder(
          connection: connection, executable: scratch.path + "/docker",
          arguments: ["docker", "run", "--cidfile", "id", "image"], environment: ["PATH=/usr/bin:/bin"],
          directory: scratch.path)
        let child = try Child(try await supervisor.spawn(order).get())
        #expect(await child.line() == "--cidfile")
        child.process.end(urgent: true)
        await child.process.whenGone()
      }
      let log = try #require(scratch.read("log")).split(separator: "\n")
      #expect(log.count == 3, "the container of somebody else is not stopped")
      #expect(log[1] == "stop -t 1 c0ffee")
      #expect(scratch.read("id") == "bada55")
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }

  // MARK: - Many, and strangers

  @Test func hundredsOfDaemonsEndWithinTheLimit() async throws {
    try await onLoop {
      let supervisor = Supervisor()
      try supervisor.start(executable: try Peer.path())
      let daemons = "i=0; while [ $i -lt 300 ]; do env -i setsid sleep 600 & i=$((i+1)); done; echo up; read -r line"
      let child = try Child(
        try await supervisor.spawn(
          SpawnOrder(
            connection: 1, executable: "/bin/sh", arguments: ["sh", "-c", daemons], environment: ["PATH=/usr/bin:/bin"])
        ).get())
      #expect(await child.line() == "up")
      #expect(await supervisor.shutDown(urgent: true) == [])
    }
  }
}
