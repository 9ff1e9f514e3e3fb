import EventLoop
import JSONRPC
import Platform

/// One thing that `doctor` looked at.
struct Finding: Sendable {
  enum Kind: String, Sendable {
    /// It is as it should be.
    case good
    /// It works, perhaps not as it was meant.
    case warning
    /// It does not work.
    case error
  }

  let kind: Kind
  /// What it is about: a server, an editor, a file.
  let subject: String
  let message: String
  /// What to do; nil when nothing is to be done.
  let cure: String?
  /// Mends it where that can do no harm.
  let mend: (@Sendable () throws(PlatformError) -> Void)?

  init(
    _ kind: Kind, _ subject: String, _ message: String, cure: String? = nil,
    mend: (@Sendable () throws(PlatformError) -> Void)? = nil
  ) {
    self.kind = kind
    self.subject = subject
    self.message = message
    self.cure = cure
    self.mend = mend
  }

  private static let marks: [Kind: String] = [.good: "✓", .warning: "!", .error: "✗"]

  /// The lines for a person, each ended.
  ///
  /// - Parameters:
  ///   - width: characters of the longest subject.
  ///   - columns: what a line may have; nil for any length.
  ///   - isMended: whether it was mended just now.
  func text(width: Int, columns: Int?, isMended: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - subject.count))
    let indent = String(repeating: " ", count: width + 4)
    let room = columns.map { max(20, $0 - indent.count) } ?? .max
    var lines = WrappedText.lines(of: message, width: room)
    if isMended {
      lines.append("mended")
    } else if let cure {
      lines += WrappedText.lines(of: "cure: " + cure, width: room)
    }
    return "\(Self.marks[kind] ?? "") \(subject)\(space)  " + lines.joined(separator: "\n\(indent)") + "\n"
  }

  /// The object for a program.
  func json(isMended: Bool) -> String {
    var members = [
      "\"severity\":\(JSONText.quote(kind.rawValue))", "\"subject\":\(JSONText.quote(subject))",
      "\"message\":\(JSONText.quote(message))",
    ]
    if let cure { members.append("\"cure\":\(JSONText.quote(cure))") }
    if mend != nil { members.append("\"mended\":\(isMended)") }
    return "{" + members.joined(separator: ",") + "}"
  }
}
