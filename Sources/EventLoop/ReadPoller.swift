import CLibUV

/// What reads a descriptor as soon as something has come.
@GatewayActor
package protocol PolledReader: AnyObject {
  /// Reads what is there. It may be called when nothing is.
  ///
  /// - Parameter hasEnded: the other side is gone: behind what can be read is the end.
  func becameReadable(hasEnded: Bool)
}

/// Which pipes and sockets have something to read.
///
/// libuv would tell as well, but a call takes a twentieth longer through it: it has the system look at each descriptor
/// once more after every event, and asks four clocks in every turn. Both are waited for in one system call, since libuv's
/// own poller is among what is waited for here.
@GatewayActor
package final class ReadPoller {
  private let poller: Int32
  private let libuv: Int32
  private let readable = UnsafeMutablePointer<junction_readable>.allocate(capacity: Int(JUNCTION_MOST_READABLE))
  private var readableCount = 0
  /// Who reads, by descriptor. Kept until it is removed, so that nobody is called who is just being released.
  private var readers: [(any PolledReader)?] = []

  /// - Parameter libuv: the descriptor of its poller.
  nonisolated init(libuv: Int32) {
    self.libuv = libuv
    poller = junction_poller(libuv)
    precondition(poller >= 0, "the system has no poller left")
  }

  /// Has the reader called when there is something to read in a pipe or a socket.
  ///
  /// With `once` it is called for what is there now, and whenever more comes, which spares the system a look after each
  /// event; who leaves something there adds itself anew. Otherwise it is called as long as there is something.
  ///
  /// - Returns: whether the system could do it; `errno` says why not.
  package func add(_ descriptor: Int32, once: Bool, _ reader: any PolledReader) -> Bool {
    guard junction_poller_add(poller, descriptor, once ? 1 : 0) == 0 else { return false }
    let missing = Int(descriptor) + 1 - readers.count
    if missing > 0 { readers += Array(repeating: nil, count: missing) }
    readers[Int(descriptor)] = reader
    return true
  }

  /// Calls the reader of a descriptor no more. The descriptor is still open.
  package func remove(_ descriptor: Int32) {
    junction_poller_remove(poller, descriptor)
    readers[Int(descriptor)] = nil
  }

  /// Waits for something to read, at most that many milliseconds; for ever when negative.
  func wait(milliseconds: Int32) {
    readableCount = Int(junction_poller_wait(poller, libuv, readable, milliseconds))
  }

  /// Calls those who have something to read. Returns whether libuv may have something to do.
  func callReaders() -> Bool {
    // What is called here may close any descriptor, and open another by its number: that reader finds nothing.
    var isForLibuv = readableCount == 0
    for one in UnsafeBufferPointer(start: readable, count: readableCount) {
      let place = Int(one.descriptor)
      if place < readers.count, let reader = readers[place] {
        reader.becameReadable(hasEnded: one.has_ended != 0)
      } else {
        isForLibuv = true
      }
    }
    return isForLibuv
  }
}
