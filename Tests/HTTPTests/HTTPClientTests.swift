import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTests {
  @GatewayActor private func failure(_ request: HTTPRequest, limit: Int = 1 << 20) async throws -> HTTPFailure? {
    let client = try HTTPClient.shared()
    do throws(HTTPFailure) {
      _ = try await client.fetch(request, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test func anAnswerHasItsStatusItsFieldsAndItsBytes() async throws {
    let seen = Mutex("")
    let server = ScriptedServer { connection in
      let text = connection.request()
      seen.withLock { $0 = text }
      connection.send("HTTP/1.1 100 Continue\r\nX: no\r\n\r\n")
      connection.answer(
        "{\"é\":1}", status: "404 Not Found", fields: "Content-Type: Application/JSON; charset=utf-8\r\n")
    }
    defer { server.stop() }
    try await onLoop {
      let request = HTTPRequest(
        "POST", server.url, fields: [HTTPField("Content-Type", "application/json"), HTTPField("X-Empty", "")],
        body: Array("{\"a\":1}".utf8), timeout: 10_000)
      let answer = try await HTTPClient.shared().fetch(request)
      #expect(answer.status == 404)
      #expect(answer.head.mediaType == "application/json")
      #expect(answer.head.fields["x"] == nil)
      #expect(String(decoding: answer.body, as: UTF8.self) == "{\"é\":1}")
    }
    let lines = seen.withLock { $0.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) }
    #expect(lines.first == "POST /mcp HTTP/1.1")
    #expect(lines.contains("X-Empty:") && lines.contains("Content-Length: 7") && lines.last == "{\"a\":1}")
    #expect(!lines.contains { $0.hasPrefix("Expect") || $0.hasPrefix("Accept-Encoding") })
  }

  @Test func aConnectionServesOneRequestAfterTheOther() async throws {
    let server = ScriptedServer { connection in while !connection.request().isEmpty { connection.answer("{}") } }
    defer { server.stop() }
    try await onLoop {
      for _ in 0..<5 {
        let answer = try await HTTPClient.shared().fetch(HTTPRequest("GET", server.url, timeout: 10_000))
        #expect(answer.status == 200)
      }
    }
    #expect(server.connections == 1)
  }

  @Test func afterTheMachineHasSleptIdleConnectionsAreLeftAndThoseInUseGoOn() async throws {
    let isWaiting = Mutex(false)
    let mayGoOn = Mutex(false)
    let server = ScriptedServer { connection in
      while true {
        let request = connection.request()
        guard !request.isEmpty else { return }
        if request.hasPrefix("GET /slow") {
          isWaiting.withLock { $0 = true }
          while !mayGoOn.withLock({ $0 }) { usleep(1_000) }
        }
        connection.answer("{}")
      }
    }
    defer { server.stop() }
    try await onLoop {
      // One of its own: others lose their idle connections by this.
      let client = try HTTPClient(try CurlLibrary.load())
      func get(_ path: String) async throws -> Int {
        try await client.fetch(HTTPRequest("GET", server.url + path, timeout: 10_000)).status
      }
      // One connection is in use, another idle.
      let slow = Task { @GatewayActor in
        try await client.fetch(HTTPRequest("GET", "http://127.0.0.1:\(server.port)/slow", timeout: 20_000)).status
      }
      while !isWaiting.withLock({ $0 }) { await LoopClock.loop.sleep(milliseconds: 1) }
      #expect(try await get("") == 200)
      #expect(server.connections == 2)
      client.machineWoke()
      #expect(try await get("") == 200)
      #expect(server.connections == 3)
      #expect(try await get("") == 200)
      #expect(server.connections == 3)
      mayGoOn.withLock { $0 = true }
      #expect(try await slow.value == 200)
    }
  }

  @Test func requestsAtTheSameTimeDoNotWaitForEachOther() async throws {
    let server = ScriptedServer { connection in
      var request = connection.request()
      // The first is answered when its connection ends, which is when the test does.
      if connection.number == 0 { request = connection.request() }
      // A connection that ends behind its answer would lose the request that is just being made on it.
      while !request.isEmpty {
        connection.answer("{}")
        request = connection.request()
      }
    }
    defer { server.stop() }
    try await onLoop {
      let client = try HTTPClient.shared()
      let first = client.start(
        HTTPRequest("GET", server.url),
        HTTPTransfer.Events(began: { _ in }, received: { _ in }, ended: { _ in Issue.record("it was cancelled") }))
      for _ in 0..<20 { _ = try await client.fetch(HTTPRequest("POST", server.url, body: [], timeout: 10_000)) }
      first.cancel()
    }
  }

  @Test func aRequestIsNeverMadeTwiceForAConnectionThatDies() async throws {
    let posts = Mutex(0)
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.answer("{}")
      if !connection.request().isEmpty { posts.withLock { $0 += 1 } }
      // No answer: the connection just ends.
    }
    defer { server.stop() }
    let failure = try await onLoop {
      _ = try await HTTPClient.shared().fetch(HTTPRequest("POST", server.url, body: [1], timeout: 10_000))
      return try await self.failure(HTTPRequest("POST", server.url, body: [1], timeout: 10_000))
    }
    #expect(failure?.mayHaveArrived == true && failure?.layer == .http)
    #expect(posts.withLock { $0 } == 1)
  }

  @Test func aRefusedConnectionSaysThatNothingArrived() async throws {
    let server = ScriptedServer { _ in }
    server.stop()
    let failure = try await onLoop {
      try await self.failure(HTTPRequest("POST", server.url, body: [1], timeout: 10_000))
    }
    #expect(failure?.layer == .connection && failure?.mayHaveArrived == false)
  }

  @Test func aNameThatNobodyHasIsAFailureOfItsOwn() async throws {
    let failure = try await onLoop {
      try await self.failure(HTTPRequest("GET", "http://nobody.invalid/", timeout: 10_000))
    }
    #expect(failure?.layer == .dns && failure?.mayHaveArrived == false)
  }

  @Test func plainTextWhereTLSIsMeantFailsInThatLayer() async throws {
    let server = ScriptedServer { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      _ = connection.request()
    }
    defer { server.stop() }
    let failure = try await onLoop {
      try await self.failure(HTTPRequest("GET", "https://127.0.0.1:\(server.port)/", timeout: 10_000))
    }
    #expect(failure?.layer == .tls && failure?.mayHaveArrived == false)
  }

  @Test func anAnswerThatDoesNotComeIsGivenUp() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      _ = connection.request()
    }
    defer { server.stop() }
    let failure = try await onLoop { try await self.failure(HTTPRequest("GET", server.url, timeout: 100)) }
    #expect(failure?.isTimeout == true && failure?.mayHaveArrived == true)
  }

  @Test func anAnswerThatIsTooLongIsGivenUp() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
      while connection.send([UInt8](repeating: 0x20, count: 65_536)) {}
    }
    defer { server.stop() }
    let failure = try await onLoop {
      try await self.failure(HTTPRequest("GET", server.url, timeout: 10_000), limit: 100_000)
    }
    #expect(failure?.reason.contains("100000 bytes") == true)
  }

  @Test func anAnswerThatBreaksOffFails() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    }
    defer { server.stop() }
    let failure = try await onLoop { try await self.failure(HTTPRequest("GET", server.url, timeout: 10_000)) }
    #expect(failure?.layer == .http && failure?.mayHaveArrived == true)
  }

  @Test func aPausedAnswerWaitsAtTheServer() async throws {
    let sent = Mutex(0)
    let total = 64 << 20
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      while sent.withLock({ $0 }) < total, connection.send([UInt8](repeating: 0x20, count: 1 << 20)) {
        sent.withLock { $0 += 1 << 20 }
      }
    }
    defer { server.stop() }
    try await onLoop {
      let client = try HTTPClient.shared()
      var count = 0
      let (begun, ended) = (Gate(), Gate())
      let transfer = client.start(
        HTTPRequest("GET", server.url),
        HTTPTransfer.Events(
          began: { _ in begun.open() }, received: { count += $0.count },
          ended: { failure in
            #expect(failure == nil)
            ended.open()
          }))
      transfer.pause()
      await begun.wait()
      await LoopClock.loop.sleep(milliseconds: 200)
      #expect(count == 0)
      #expect(sent.withLock { $0 } < total / 2)
      transfer.resume()
      await ended.wait()
      #expect(count == total)
    }
  }

  @Test func whoIsToldMayStartAndCancel() async throws {
    let server = ScriptedServer { connection in
      while !connection.request().isEmpty { connection.answer("{}") }
    }
    defer { server.stop() }
    try await onLoop {
      let client = try HTTPClient.shared()
      let done = Gate()
      var first: HTTPTransfer?
      var second: HTTPTransfer?
      first = client.start(
        HTTPRequest("GET", server.url),
        HTTPTransfer.Events(
          began: { _ in
            second = client.start(
              HTTPRequest("GET", server.url),
              HTTPTransfer.Events(began: { _ in }, received: { _ in }, ended: { _ in done.open() }))
            first?.cancel()
          }, received: { _ in Issue.record("it was cancelled") }, ended: { _ in Issue.record("it was cancelled") }))
      await done.wait()
      second?.cancel()
    }
  }

  @Test func anAddressThatAServerNamedIsNotThisMachine() async throws {
    let server = ScriptedServer { connection in connection.answer("{}") }
    defer { server.stop() }
    for host in ["127.0.0.1", "localhost"] {
      var request = HTTPRequest("GET", "http://\(host):\(server.port)/", timeout: 10_000)
      request.route.isPublicOnly = true
      let failure = try await onLoop { [request] in try await self.failure(request) }
      #expect(failure?.reason == "its address is not one of the public internet" && failure?.mayHaveArrived == false)
    }
    #expect(server.connections == 0)
  }

  @Test func aProxyIsAskedAndItsRefusalIsItsOwn() async throws {
    let proxy = ScriptedServer { connection in
      if connection.request().hasPrefix("CONNECT example.test:443 ") {
        connection.answer("", status: "407 Proxy Authentication Required")
      }
    }
    defer { proxy.stop() }
    var request = HTTPRequest("GET", "https://example.test/", timeout: 10_000)
    request.route.proxy = "http://127.0.0.1:\(proxy.port)"
    let failure = try await onLoop { [request] in try await self.failure(request) }
    #expect(failure?.layer == .proxy && failure?.mayHaveArrived == false)
    #expect(proxy.connections == 1)
  }
}
