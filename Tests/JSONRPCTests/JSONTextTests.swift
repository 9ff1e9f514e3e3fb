import JSONRPC
import Testing

@Suite struct JSONTextTests {
  private func minted(_ text: String) -> UInt64? { Array(text.utf8).withUnsafeBytes { JSONText.minted($0) } }

  @Test(arguments: ["7", "\"7\"", "7.0", "7.000", "7e0", "7E0", "7e+0", "7e-00", "7.0e0"])
  func aMintedIDIsKnownHoweverAPeersReaderSpellsIt(_ spelling: String) { #expect(minted(spelling) == 7) }

  @Test(arguments: [
    "\"07\"", "\"7.0\"", "\" 7\"", "\"+7\"", "\"\"", "\"", "-7", "7.5", "7e1", "70e-1", "0.7e1", "null", "[7]",
    "\"7e0\"",
    "18446744073709551616", "\"18446744073709551616\"",
  ])
  func whatIsOnlyEqualOrNearlySoIsNone(_ spelling: String) { #expect(minted(spelling) == nil) }

  @Test func zeroAndTheLargestAreMintedToo() {
    #expect(minted("\"0\"") == 0)
    #expect(minted("\"18446744073709551615\"") == .max)
  }
}
