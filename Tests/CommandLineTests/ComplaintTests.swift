import TestSupport
import Testing

@testable import mcp_junction

@Suite struct ComplaintTests {
  @Test func codesAreUniqueAndInOrder() {
    let codes = Complaint.allCases.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(codes == codes.sorted())
    #expect(codes.allSatisfy { $0.wholeMatch(of: /J[1-6][0-9]{2}/) != nil })
  }

  @Test(arguments: Complaint.allCases) func everyKindHasAPage(_ complaint: Complaint) {
    let page = complaint.page
    #expect(page.title.first?.isLowercase == true && page.title.count < 60 && page.title.last != ".")
    #expect(page.meaning.hasSuffix(".") && page.cure.hasSuffix("."))
    #expect(Complaint.of(page.code.lowercased()) == complaint)
    #expect(complaint.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// `mcp-junction help --errors >docs/errors.md` writes it.
  @Test func thePagesAreDocumented() throws {
    #expect(try RepositoryFile.lines("docs/errors.md").joined(separator: "\n") == Complaint.document)
  }
}
