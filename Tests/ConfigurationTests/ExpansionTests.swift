import Testing

@testable import Configuration

@Suite struct ExpansionTests {
  private let expansion = Expansion(environment: ["A": "one", "EMPTY": "", "_x1": "two", "NEST": "${A}"])

  private func expand(_ text: String) throws -> String { try expansion.expand(text).get().text }

  @Test(arguments: [
    ("", ""), ("plain $A $ $", "plain $A $ $"), ("${A}", "one"), ("${env:A}", "one"), ("-${A}${_x1}-", "-onetwo-"),
    ("${EMPTY}", ""), ("${EMPTY:-d}", "d"), ("${NONE:-d}", "d"), ("${NONE:-}", ""), ("${env:NONE:-a:-b}", "a:-b"),
    ("${A:-d}", "one"), ("$${A}", "${A}"), ("$$A", "$$A"), ("${NEST}", "${A}"), ("${NONE:-$A}", "$A"),
    ("$$$${A}", "$$${A}"),
  ]) func referencesAreReplaced(_ text: String, _ result: String) throws {
    #expect(try expand(text) == result)
  }

  @Test(arguments: [
    "${}", "${1}", "${A", "${A-b}", "${A:b}", "${input:A}", "${workspaceFolder/x}", "${é}", "${NONE:-${A}}",
  ])
  func whatLooksLikeAReferenceButIsNoneIsRefused(_ text: String) {
    guard case .failure(.malformed) = expansion.expand(text) else {
      Issue.record("\(text) was accepted")
      return
    }
  }

  @Test func anUnsetVariableIsNamed() {
    guard case .failure(.unset(variable: "NONE")) = expansion.expand("${A}${env:NONE}") else {
      Issue.record("accepted")
      return
    }
  }
}
