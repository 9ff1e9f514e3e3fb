import TestSupport
import Testing

@testable import TextEditing

/// Random texts, edited at random: outside of the edit every byte stays, and what was put in comes out again.
@Suite struct EditWalk {

  @Test(arguments: [DocumentFormat.json, .toml, .yaml]) func whatIsPutInComesOutAgain(_ format: DocumentFormat) throws {
    for seed in UInt64(0)..<1500 {
      var text = RandomDocument(seed: seed)
      let written = Array(text.document(format).utf8)
      let document: Document
      do { document = try Document(written, format: format) } catch {
        Issue.record("seed \(seed): \(error)\n\(String(decoding: written, as: UTF8.self))")
        continue
      }
      let path: [DocumentStep] = [.key("servers"), .key("junction")]
      let edited: Document
      do { edited = try document.setting(EditStories.entry, at: path) } catch {
        Issue.record("seed \(seed): \(error)\n\(String(decoding: written, as: UTF8.self))")
        continue
      }
      let hasServers = try document.node(at: [path[0]]) != nil
      let before = document.root.value.removing(at: path[...])
      let after = edited.root.value.removing(at: hasServers ? path[...] : path[..<1])
      #expect(before.means(after), "seed \(seed)")
      let left = try edited.removing(at: path, keeping: hasServers ? 1 : 0)
      let isEmpty =
        try hasServers && document.node(at: [path[0]])?.value.isEmptyContainer == true
        || document.root.value.isEmptyContainer
      if format != .json || !isEmpty {
        #expect(
          left.bytes == written,
          "seed \(seed):\n\(String(decoding: written, as: UTF8.self))\n--- became\n\(String(decoding: left.bytes, as: UTF8.self))"
        )
      }
      // Putting the same in again changes nothing.
      #expect(try edited.setting(EditStories.entry, at: path).bytes == edited.bytes, "seed \(seed)")
    }
  }

  @Test(arguments: [DocumentFormat.json, .toml, .yaml]) func whatIsTakenOutTakesNothingElse(_ format: DocumentFormat)
    throws
  {
    for seed in UInt64(0)..<1500 {
      var text = RandomDocument(seed: seed)
      let document = try Document(Array(text.document(format).utf8), format: format)
      guard case .object(let members) = document.root.content else { continue }
      for member in members {
        let left: Document
        do { left = try document.removing(at: [.key(member.key)]) } catch {
          Issue.record("seed \(seed): \(member.key): \(error)\n\(String(decoding: document.bytes, as: UTF8.self))")
          continue
        }
        #expect(left.root.value.means(document.root.value.removing(at: [.key(member.key)][...])), "seed \(seed)")
      }
    }
  }
}

extension DocumentValue {
  fileprivate var isEmptyContainer: Bool { self == .object([]) || self == .array([]) || self == .null }
}
