import Testing
import ToolSearch

@Suite struct TokenEstimateTests {
  @Test(arguments: [(0, 0), (1, 1), (4, 1), (5, 2), (4096, 1024)]) func aTokenIsFourBytes(_ bytes: Int, _ tokens: Int) {
    #expect(TokenEstimate.tokens(bytes: bytes) == tokens)
  }
}
