import EventLoop
import JSONRPC
import Platform

/// One thing that `doctor` looked at.
struct Finding: Sendable {
  enum Kind: Sendable {
    /// It is as it should be.
    case good
    /// It works, perhaps not as it was meant.
    case warning(Complaint)
    /// It does not work.
    case error(Complaint)

    var isError: Bool { if case .error = self { true } else { false } }
    var isWarning: Bool { if case .warning = self { true } else { false } }

    /// The kind of what is wrong.
    var complaint: Complaint? {
      switch self {
      case .good: nil
      case .warning(let complaint), .error(let complaint): complaint
      }
    }
  }

  /// What mends it without doing harm.
  enum Mend: Sendable {
    case action(@Sendable () throws(PlatformError) -> Void)
    /// Another program's file is edited, with a preview.
    case edit(path: String, from: [UInt8], to: [UInt8])
  }

  let kind: Kind
  /// What it is about: a server, an editor, a file.
  let subject: String
  let message: String
  /// What to do; nil when nothing is to be done.
  let cure: String?
  /// Nil where only a person can mend it.
  let mend: Mend?

  init(
    _ kind: Kind, _ subject: String, _ message: String, cure: String? = nil, mend: Mend? = nil
  ) {
    self.kind = kind
    self.subject = subject
    self.message = message
    self.cure = cure
    self.mend = mend
  }

  /// Finds something that an action mends.
  init(
    _ kind: Kind, _ subject: String, _ message: String, cure: String,
    action: @escaping @Sendable () throws(PlatformError) -> Void
  ) {
    self.init(kind, subject, message, cure: cure, mend: .action(action))
  }

  private var mark: String {
    switch kind {
    case .good: "✓"
    case .warning: "!"
    case .error: "✗"
    }
  }

  private var severity: String {
    switch kind {
    case .good: "good"
    case .warning: "warning"
    case .error: "error"
    }
  }

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
    var lines = WrappedText.lines(of: message + (kind.complaint.map { " [\($0.code)]" } ?? ""), width: room)
    if isMended {
      lines.append("mended")
    } else if let cure {
      lines += WrappedText.lines(of: "cure: " + cure, width: room)
    }
    return "\(mark) \(subject)\(space)  " + lines.joined(separator: "\n\(indent)") + "\n"
  }

  /// The object for a program.
  func json(isMended: Bool) -> String {
    var members = [
      "\"severity\":\(JSONText.quote(severity))", "\"subject\":\(JSONText.quote(subject))",
      "\"message\":\(JSONText.quote(message))",
    ]
    if let complaint = kind.complaint { members.append("\"code\":\(JSONText.quote(complaint.code))") }
    if let cure { members.append("\"cure\":\(JSONText.quote(cure))") }
    if mend != nil { members.append("\"mended\":\(isMended)") }
    return "{" + members.joined(separator: ",") + "}"
  }
}
