import EventLoop
import Glibc
import JSONRPC
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct StreamPortTests {
  enum Fact: Sendable, Equatable {
    case frame(String)
    case malformed(String)
    case readEnd, writeEnd, congested, drained, written
  }

  /// A port whose callbacks are put into a mailbox.
  @GatewayActor
  final class Recorded {
    let port: StreamPort
    let facts = Mailbox<Fact>()

    init(reading: Int32, writing: Int32, frameLimit: Int = 1 << 20) throws {
      port = try StreamPort(reading: reading, writing: writing, frameLimit: frameLimit)
      let facts = facts
      port.onEvent = { event in
        switch event {
        case .frame(let frame): facts.put(.frame(String(decoding: frame.bytes, as: UTF8.self)))
        case .malformed(let malformed): facts.put(.malformed(malformed.excerpt))
        }
      }
      port.onReadEnd = { facts.put(.readEnd) }
      port.onWriteEnd = { facts.put(.writeEnd) }
      port.onCongested = { facts.put(.congested) }
      port.onDrained = { facts.put(.drained) }
      port.onWritten = { facts.put(.written) }
    }
  }

  enum Link: CaseIterable, Sendable {
    case pipes, sockets, oneSocketEach

    /// Returns the descriptors of two ports that face each other.
    func make() throws -> (left: (Int32, Int32), right: (Int32, Int32)) {
      switch self {
      case .pipes:
        let there = try Descriptor.pipe()
        let back = try Descriptor.pipe()
        return ((back.reading, there.writing), (there.reading, back.writing))
      case .sockets:
        let there = try Descriptor.socketPair()
        let back = try Descriptor.socketPair()
        return ((back.0, there.0), (there.1, back.1))
      case .oneSocketEach:
        let both = try Descriptor.socketPair()
        return ((both.0, both.0), (both.1, both.1))
      }
    }
  }

  @Test(arguments: Link.allCases)
  func messagesPassInBothDirectionsAndTheEndComesLast(_ link: Link) async throws {
    try await onLoop {
      let ends = try link.make()
      let left = try Recorded(reading: ends.left.0, writing: ends.left.1)
      let right = try Recorded(reading: ends.right.0, writing: ends.right.1)
      left.port.startReading()
      right.port.startReading()
      left.port.output.append("{\"id\":1,\"method\":\"a\"}\n{\"id\":2,")
      left.port.output.append("\"method\":\"b\"}\n")
      #expect(await right.facts.next() == .frame("{\"id\":1,\"method\":\"a\"}"))
      #expect(await right.facts.next() == .frame("{\"id\":2,\"method\":\"b\"}"))
      right.port.output.append("{\"id\":1,\"result\":{}}")
      right.port.closeWriting()
      #expect(await right.facts.next() == .written)
      #expect(await left.facts.next() == .frame("{\"id\":1,\"result\":{}}"))
      #expect(await left.facts.next() == .readEnd)
      left.port.output.append("{\"method\":\"still open\"}\n")
      #expect(await right.facts.next() == .frame("{\"method\":\"still open\"}"))
      left.port.close()
      #expect(await right.facts.next() == .readEnd)
      right.port.close()
    }
  }

  @Test(arguments: Link.allCases)
  func aSlowReaderGetsTwentyMebibytesWhole(_ link: Link) async throws {
    try await onLoop {
      let ends = try link.make()
      let left = try Recorded(reading: ends.left.0, writing: ends.left.1)
      let right = try Recorded(reading: ends.right.0, writing: ends.right.1)
      let text = String(repeating: "x", count: 1000)
      let frames = 20 * 1024
      for number in 0..<frames { left.port.output.append("{\"id\":\(number),\"result\":\"\(text)\"}\n") }
      #expect(await left.facts.next() == .congested)
      #expect(left.port.isCongested)
      var received = 0
      let done = Gate()
      right.port.onEvent = { event in
        guard case .frame(let frame) = event, frame.raw("id").map({ RawToken($0).text }) == "\(received)",
          frame.bytes.count > 1000
        else {
          Issue.record("a frame is broken or out of order after \(received)")
          return
        }
        received += 1
        // Reads in small sips.
        if received % 1000 == 0 {
          right.port.stopReading()
          TurnEnd.call { right.port.startReading() }
        }
        if received == frames { done.open() }
      }
      right.port.startReading()
      #expect(await left.facts.next() == .drained)
      await done.wait()
      #expect(received == frames)
      #expect(left.port.output.isEmpty)
      left.port.close()
      right.port.close()
    }
  }

  @Test(arguments: Link.allCases)
  func aPeerThatLeavesEndsWritingOnce(_ link: Link) async throws {
    try await onLoop {
      let ends = try link.make()
      let left = try Recorded(reading: ends.left.0, writing: ends.left.1)
      let right = try Recorded(reading: ends.right.0, writing: ends.right.1)
      right.port.close()
      left.port.output.append("{}\n")
      #expect(await left.facts.next() == .writeEnd)
      left.port.output.append("{}\n")
      left.port.startReading()
      #expect(await left.facts.next() == .readEnd)
      #expect(left.port.output.isEmpty)
      #expect(left.facts.count == 0)
      left.port.close()
    }
  }

  @Test func aPeerThatLeavesWhileMuchIsQueuedEndsWriting() async throws {
    try await onLoop {
      let there = try Descriptor.pipe()
      let back = try Descriptor.pipe()
      let left = try Recorded(reading: back.reading, writing: there.writing)
      let block = ByteBuffer(capacity: 1 << 20)
      [UInt8](repeating: 0x20, count: 1 << 20).withUnsafeBytes { block.append($0) }
      for _ in 0..<9 { left.port.output.append(shared: block) }
      #expect(await left.facts.next() == .congested)
      Descriptor.close(there.reading)
      #expect(await left.facts.next() == .writeEnd)
      #expect(left.port.output.isEmpty)
      left.port.close()
      Descriptor.close(back.writing)
    }
  }

  @Test func aPortClosedFromItsOwnCallbackIsSilent() async throws {
    try await onLoop {
      let there = try Descriptor.pipe()
      let back = try Descriptor.pipe()
      let left = try Recorded(reading: there.reading, writing: back.writing)
      let right = try Recorded(reading: back.reading, writing: there.writing)
      let port = left.port
      let facts = left.facts
      port.onEvent = { _ in
        facts.put(.frame("first"))
        port.close()
      }
      right.port.output.append("{\"id\":1}\n{\"id\":2}\n")
      port.startReading()
      right.port.startReading()
      #expect(await facts.next() == .frame("first"))
      #expect(await right.facts.next() == .readEnd)
      #expect(facts.count == 0)
      right.port.close()
    }
  }

  @Test func whatComesBehindAStopIsLeftAndComesWhenReadingGoesOn() async throws {
    try await onLoop {
      let there = try Descriptor.pipe()
      let back = try Descriptor.pipe()
      let left = try Recorded(reading: there.reading, writing: back.writing)
      let right = try Recorded(reading: back.reading, writing: there.writing)
      let (port, facts) = (left.port, left.facts)
      port.onEvent = { event in
        guard case .frame(let frame) = event else { return }
        facts.put(.frame(String(decoding: frame.bytes, as: UTF8.self)))
        port.stopReading()
      }
      right.port.output.append("{\"id\":1}\n{\"id\":2}\n{\"id\":3}")
      right.port.closeWriting()
      port.startReading()
      for id in 1...2 {
        #expect(await facts.next() == .frame("{\"id\":\(id)}"))
        for _ in 0..<3 { await Task.yield() }
        #expect(facts.count == 0, "it was stopped")
        port.startReading()
      }
      #expect(await facts.next() == .frame("{\"id\":3}"))
      #expect(await facts.next() == .readEnd)
      left.port.close()
      right.port.close()
    }
  }

  @Test func messagesThatTakeLongAreTakenInSeveralTurns() async throws {
    try await onLoop {
      let there = try Descriptor.pipe()
      let back = try Descriptor.pipe()
      let left = try Recorded(reading: there.reading, writing: back.writing)
      let right = try Recorded(reading: back.reading, writing: there.writing)
      let count = 2_000
      var (received, turns, longest) = (0, 0, 0)
      var lastTurn = -1
      var inTurn = 0
      let facts = left.facts
      left.port.onEvent = { _ in
        let begun = EventLoop.nanoseconds
        while EventLoop.nanoseconds - begun < 100_000 {}
        received += 1
        inTurn = lastTurn == turns ? inTurn + 1 : 1
        lastTurn = turns
        longest = max(longest, inTurn)
        if received == count { facts.put(.written) }
      }
      let counting = Task { @GatewayActor in
        while !Task.isCancelled {
          turns += 1
          await Task.yield()
        }
      }
      right.port.output.append(String(repeating: "{\"method\":\"m\"}\n", count: count))
      left.port.startReading()
      #expect(await facts.next() == .written)
      counting.cancel()
      #expect(longest < 400, "200 ms of messages are not one turn: \(longest) were")
      left.port.close()
      right.port.close()
    }
  }

  @Test func filesAndTheNullDeviceAreReadAndWritten() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let path = scratch.path + "/in.jsonl"
      let line = "{\"id\":7,\"method\":\"\(String(repeating: "m", count: 100_000))\"}"
      try #require(scratch.write(line + "\n" + line, to: "in.jsonl"))
      let left = try Recorded(
        reading: open(path, O_RDONLY), writing: open(scratch.path + "/out.jsonl", O_WRONLY | O_CREAT, 0o600))
      left.port.startReading()
      #expect(await left.facts.next() == .frame(line))
      #expect(await left.facts.next() == .frame(line))
      #expect(await left.facts.next() == .readEnd)
      for _ in 0..<40 { left.port.output.append(line + "\n") }
      left.port.closeWriting()
      #expect(await left.facts.next() == .written)
      left.port.close()
      #expect(scratch.read("out.jsonl") == String(repeating: line + "\n", count: 40))

      let null = try Recorded(reading: open("/dev/null", O_RDONLY), writing: open("/dev/null", O_WRONLY))
      null.port.output.append("{}\n")
      null.port.startReading()
      #expect(await null.facts.next() == .readEnd)
      null.port.closeWriting()
      #expect(await null.facts.next() == .written)
      null.port.close()
    }
  }

  @Test func aFullDeviceEndsWriting() async throws {
    try await onLoop {
      let full = try Recorded(reading: open("/dev/null", O_RDONLY), writing: open("/dev/full", O_WRONLY))
      full.port.output.append("{}\n")
      #expect(await full.facts.next() == .writeEnd)
      full.port.close()
    }
  }

  @Test func aTerminalIsReadAndWrittenAndStaysBlockingForOthers() async throws {
    try await onLoop {
      var main: Int32 = -1
      var shared: Int32 = -1
      try #require(openpty(&main, &shared, nil, nil, nil) == 0)
      let kept = try Descriptor.duplicate(shared)
      let left = try Recorded(reading: try Descriptor.duplicate(shared), writing: shared)
      left.port.startReading()
      #expect(fcntl(kept, F_GETFL) & O_NONBLOCK == 0)
      #expect("{\"id\":1}\n".utf8.withContiguousStorageIfAvailable { Glibc.write(main, $0.baseAddress, 9) } == 9)
      #expect(await left.facts.next() == .frame("{\"id\":1}"))
      left.port.output.append("{\"id\":2}\n")
      left.port.closeWriting()
      #expect(await left.facts.next() == .written)
      Descriptor.close(kept)
      Descriptor.close(main)
      #expect(await left.facts.next() == .readEnd)
      left.port.close()
    }
  }

  @Test func aSharedDescriptorIsBlockingAgainAfterwards() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      let other = try Descriptor.duplicate(pipe.writing)
      let port = try StreamPort(reading: pipe.reading, writing: pipe.writing, frameLimit: 100)
      #expect(fcntl(other, F_GETFL) & O_NONBLOCK != 0)
      port.close()
      #expect(fcntl(other, F_GETFL) & O_NONBLOCK == 0)
      Descriptor.close(other)
    }
  }

  @Test(arguments: ["/dev/zero", "yes"])
  func aFloodingPeerLeavesTheLoopItsTurns(_ source: String) async throws {
    try await onLoop {
      try await withSupervisor { supervisor in
        let reading: Int32
        if source == "yes" {
          let process = try await supervisor.spawn(script("exec yes '{\"method\":\"flood\"}'")).get()
          reading = process.standardOutput
          Descriptor.close(process.standardInput)
          Descriptor.close(process.standardError)
        } else {
          reading = open(source, O_RDONLY)
        }
        let flood = try StreamPort(reading: reading, writing: open("/dev/null", O_WRONLY), frameLimit: 1 << 20)
        let first = Gate()
        if source == "yes" { flood.onEvent = { _ in first.open() } } else { first.open() }
        flood.startReading()
        await first.wait()
        // Were it read until nothing is left, there would be no further turn.
        await turns(10)
        flood.stopReading()
        flood.onEvent = { _ in Issue.record("a frame was read after reading had stopped") }
        await turns(10)
        flood.close()
      }
    }
  }
}
