import Testing

@testable import Remote

struct StatusVerdictTests {
  private func verdict(
    _ status: Int, _ text: String = "", hasSession: Bool = false, isAnswer: Bool = false
  ) -> StatusVerdict {
    StatusVerdict(status: status, text: text, hasSession: hasSession, isAnswer: isAnswer)
  }

  @Test func aSessionIsLostInManySpellings() {
    #expect(verdict(404, hasSession: true) == .sessionLost)
    for status in [400, 410, 500, 503] {
      #expect(verdict(status, "Unknown Session id", hasSession: true) == .sessionLost)
      let answered = verdict(status, "Unknown Session id", hasSession: true, isAnswer: true)
      #expect((answered == .sessionLost) == (status < 500), "what a tool comes to may speak of sessions as well")
    }
    #expect(verdict(404) == .refused)
    #expect(verdict(400, "no session") == .refused)
    #expect(verdict(404, "Method not found", hasSession: true, isAnswer: true) == .refused)
    #expect(verdict(503, "busy", hasSession: true) == .unavailable)
  }

  @Test func whatSaysNothingOfTheServersEraIsToldApart() {
    #expect(verdict(401) == .unauthorized && verdict(403, hasSession: true) == .unauthorized)
    #expect(verdict(407) == .stoppedByProxy)
    #expect(verdict(429) == .tooMany)
    #expect(verdict(408) == .unavailable && verdict(502) == .unavailable && verdict(500) == .unavailable)
    #expect(verdict(400) == .refused && verdict(405) == .refused && verdict(406) == .refused)
    #expect(verdict(302) == .moved && verdict(308) == .moved)
  }
}
