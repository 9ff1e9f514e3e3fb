import Glibc
import Synchronization

/// A thread that ends the process with a message when the loop does not come back: a test on a loop that spins could
/// neither fail nor be timed out.
package enum Watchdog {
  private struct Watch {
    var story = ""
    var beats: UInt64 = 0
    var isArmed = false
  }

  private static let watch = Mutex(Watch())

  /// Says that the loop is alive, and what is done next; for the message.
  package static func beat(_ story: String) {
    _ = started
    watch.withLock {
      $0.story = story
      $0.beats += 1
      $0.isArmed = true
    }
  }

  /// What was watched is over.
  package static func rest() { watch.withLock { $0.isArmed = false } }

  /// Seconds after which a loop that does not come back never will.
  private static let patience = 60

  private static let started: Void = {
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { _ in
        Watchdog.guardLoop()
        return nil
      }, nil)
    precondition(status == 0, "no thread for the watchdog")
  }()

  private static func guardLoop() {
    var last: UInt64 = 0
    var silence = 0
    while true {
      sleep(1)
      let now = watch.withLock { $0 }
      silence = now.isArmed && now.beats == last ? silence + 1 : 0
      last = now.beats
      guard silence >= patience else { continue }
      let message = "The loop has not come back for \(patience) s: \(now.story)\n"
      _ = message.withCString { write(2, $0, strlen($0)) }
      abort()
    }
  }
}
