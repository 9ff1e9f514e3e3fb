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
    "${}", "${1}", "${A", "${A-b}", "${A:b}", "${workspaceFolder/x}", "${é}", "${NONE:-${A}}",
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

  @Test(arguments: [
    ("${file:~/a b}", "file=~/a b"), ("x${cmd:op read \"a:b\"}y", "xcmd=op read \"a:b\"y"), ("${secret:A}", "secret=A"),
    ("${input:i-1}${A}", "input=i-1one"), ("$${secret:A}", "${secret:A}"), ("{file:x}", "{file:x}"),
  ]) func otherSourcesAreAsked(_ text: String, _ result: String) throws {
    var expansion = expansion
    expansion.look = { kind, name in .success("\(kind.rawValue)=\(name)") }
    #expect(try expansion.expand(text).get().text == result)
    expansion.expandsBraced = true
    #expect(try expansion.expand("{file:x}").get().text == "file=x")
  }

  @Test(arguments: ["${secret:}", "${secret}", "${secrets:A}", "${cmd:-x}"])
  func whatNamesNoSourceIsRefusedOrAVariable(_ text: String) {
    var expansion = expansion
    expansion.look = { _, _ in .success("found") }
    #expect((try? expansion.expand(text).get().text) != "found")
  }

  @Test func whatIsMissingIsSaidWithTheReference() {
    guard case .failure(let failure) = expansion.expand("a ${secret:A} b") else {
      Issue.record("accepted")
      return
    }
    #expect(failure == .missing(reference: "${secret:A}", reason: "it is not looked for here"))
  }

  @Test(
    arguments: [
      ("op read x", ["op", "read", "x"]), ("  a  ", ["a"]),
      ("a 'b c' \"d \\\" e\"f g\\ h", ["a", "b c", "d \" ef", "g h"]),
      ("a '' \"\"", ["a", "", ""]), ("a 'b", nil), ("a \\", nil), ("", []), ("a '\\n'", ["a", "\\n"]),
    ] as [(String, [String]?)]) func commandsAreTakenApart(_ text: String, _ words: [String]?)
  {
    #expect(CommandWords.split(text) == words)
  }
}
