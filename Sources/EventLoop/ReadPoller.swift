import CLibUV

/// What reads a descriptor as soon as something has come.
@GatewayActor
package protocol PolledReader: AnyObject {
  /// Reads what is there. It may be called when nothing is.
  ///
  /// What is left must be asked for with ``ReadPoller/callAgain(_:)``: the poller tells of what comes, not of what lies
  /// there.
  ///
  /// - Parameter untilEmpty: only a read that finds nothing shows that nothing is left, not one that finds little: the
  ///   other side is gone, and what follows is the end.
  func becameReadable(untilEmpty: Bool)
}

/// Which pipes and sockets have something to read.
///
/// libuv would tell as well, but a call takes a twentieth longer through it: it has the system look at each descriptor
/// once more after every event, and asks four clocks in every turn. Both are waited for in one system call, since libuv's
/// own poller is one of the descriptors here.
@GatewayActor
package final class ReadPoller {
  private struct Watch {
    unowned(unsafe) var reader: (any PolledReader)?
  }

  private let poller = junction_poller()
  private let events = UnsafeMutablePointer<junction_event>.allocate(capacity: Int(JUNCTION_MOST_EVENTS))
  private var eventCount = 0
  /// Who reads, by descriptor.
  private var watches: [Watch] = []
  private var unfinished: [any PolledReader] = []
  private var running: [any PolledReader] = []

  nonisolated init(libuv descriptor: Int32) {
    precondition(poller >= 0 && junction_poller_add(poller, descriptor, 0) == 0, "the system has no poller left")
  }

  /// Has the reader called for what comes, and for what is there already. The descriptor is a pipe or a socket.
  ///
  /// - Returns: whether the system could do it; `errno` says why not.
  package func add(_ descriptor: Int32, _ reader: any PolledReader) -> Bool {
    guard junction_poller_add(poller, descriptor, 1) == 0 else { return false }
    let missing = Int(descriptor) + 1 - watches.count
    if missing > 0 { watches += Array(repeating: Watch(), count: missing) }
    watches[Int(descriptor)].reader = reader
    return true
  }

  /// Calls the reader of a descriptor no more. The descriptor is still open.
  package func remove(_ descriptor: Int32) {
    watches[Int(descriptor)].reader = nil
    junction_poller_remove(poller, descriptor)
  }

  /// Calls the reader in the loop's next turn, after the others.
  package func callAgain(_ reader: any PolledReader) { unfinished.append(reader) }

  /// Whether somebody waits to be called again.
  var hasUnfinished: Bool { !unfinished.isEmpty }

  /// Waits for what comes, at most that many milliseconds; for ever when negative.
  func wait(milliseconds: Int32) { eventCount = Int(junction_poller_wait(poller, events, milliseconds)) }

  /// Calls those who have something to read. Returns whether libuv may have something to do.
  func callReaders() -> Bool {
    // What is called here may close any descriptor, and open another by its number: that reader finds nothing.
    var isForLibuv = eventCount == 0
    for event in UnsafeBufferPointer(start: events, count: eventCount) {
      let descriptor = Int(event.descriptor)
      if descriptor < watches.count, let reader = watches[descriptor].reader {
        reader.becameReadable(untilEmpty: event.has_ended != 0)
      } else {
        isForLibuv = true
      }
    }
    if hasUnfinished {
      swap(&unfinished, &running)
      for reader in running { reader.becameReadable(untilEmpty: true) }
      running.removeAll(keepingCapacity: true)
    }
    return isForLibuv
  }
}
