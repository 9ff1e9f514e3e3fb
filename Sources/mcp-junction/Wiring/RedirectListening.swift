import Authorization
import EventLoop
import Platform

/// Where the browser comes back to during one login: a port of this machine, and what a person pastes.
@GatewayActor
final class RedirectListening {
  /// Milliseconds that a person has in the browser.
  private static let patience: UInt64 = 10 * 60_000
  /// Redirects that wait to be looked at; further ones are refused.
  private static let backlogLimit = 16

  private var listener: LoopbackListener?
  private var arrivals: [ConsentWays.Arrival] = []
  private var isOver = false
  private var waiting = Gate()
  private let timer = LoopTimer()

  /// Opens a port, 0 for any.
  init(port: Int) throws(PlatformError) {
    listener = try LoopbackListener(port: port) { [unowned self] in serve($0) }
    timer.start(after: Self.patience) { [unowned self] in close() }
  }

  var redirects: ConsentWays.Redirects {
    ConsentWays.Redirects(port: listener?.port ?? 0, next: { await self.next() }, close: { self.close() })
  }

  /// Takes a line that a person has typed. Returns whether it was an address of ours.
  func pasted(_ line: String) -> Bool {
    guard let form = BrowserRequest.pasted(line) else { return false }
    take(ConsentWays.Arrival(form: form, reply: { _ in }))
    return true
  }

  private func next() async -> ConsentWays.Arrival? {
    while arrivals.isEmpty, !isOver {
      waiting = Gate()
      await waiting.wait()
    }
    return arrivals.isEmpty ? nil : arrivals.removeFirst()
  }

  private func take(_ arrival: ConsentWays.Arrival) {
    guard arrivals.count < Self.backlogLimit else { return arrival.reply("Too much is coming at once.") }
    arrivals.append(arrival)
    waiting.open()
  }

  private func serve(_ connection: LoopbackConnection) {
    var bytes: [UInt8] = []
    connection.start { [unowned self] piece in
      bytes.append(contentsOf: piece)
      switch BrowserRequest.read(bytes, port: listener?.port ?? 0) {
      case .incomplete: return
      case .other(let status): connection.answer(BrowserRequest.refusal(status: status))
      case .redirect(let form):
        connection.hold()
        take(ConsentWays.Arrival(form: form) { connection.answer(BrowserRequest.page($0)) })
      }
    }
  }

  /// Listens no longer; what was answered is still delivered.
  private func close() {
    isOver = true
    timer.stop()
    waiting.open()
    listener?.close()
    listener = nil
  }
}
