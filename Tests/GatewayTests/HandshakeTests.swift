import JSONRPC
import MCP
import TestSupport
import Testing

@testable import Gateway

@Suite struct HandshakeTests {
  private func frame(_ text: String) -> StoredFrame {
    switch Array(text.utf8).withUnsafeBytes({ Frame.parse($0) }) {
    case .success(let frame): frame
    case .failure: StoredFrame.empty
    }
  }

  @Test func whatComesBehindTheHandshakeIsTakenUpInOrderAndCountedUntilThen() {
    var handshake = Handshake()
    handshake.begins()
    let kept = [1, 2].map { handshake.keep(frame(#"{"id":\#($0)}"#), limit: 10_000) }
    #expect(kept == [true, true] && handshake.waiting == 2 && handshake.isOpening)
    handshake.answered(with: .november2025)
    #expect(handshake.isOpen && !handshake.isReady)
    let first = handshake.takeNext()
    #expect(first?.raw("id").map { JSONText.unsigned($0) } == 1 && handshake.isReplaying && handshake.waiting == 2)
    _ = handshake.takeNext()
    let none = handshake.takeNext()
    #expect(none == nil && !handshake.isOpening && !handshake.isReplaying && handshake.waiting == 0)
  }

  @Test func noMoreWaitsThanMay() {
    var handshake = Handshake()
    handshake.begins()
    let message = frame(#"{"id":1}"#)
    let kept = (0..<3).map { _ in handshake.keep(message, limit: 2 * (message.bytes.count + Handshake.overhead)) }
    #expect(kept == [true, true, false])
  }

  @Test func aClientIsReadyOnlyAfterTheAnswerAndNotAnyMoreWhenItStartsOver() {
    var handshake = Handshake()
    handshake.ready()
    #expect(!handshake.isReady)
    handshake.answered(with: .june2025)
    handshake.ready()
    #expect(handshake.isReady)
    handshake.startsOver()
    #expect(!handshake.isReady && handshake.isOpen)
  }
}
