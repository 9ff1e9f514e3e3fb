import CLibUV
import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

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
