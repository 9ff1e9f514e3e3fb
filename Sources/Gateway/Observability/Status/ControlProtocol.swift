import EventLoop
package import JSONRPC

/// What is said at a gateway's control socket: one object asks, one object answers.
///
/// The answer holds the text for a person beside the object for a program, so that the program that asks need not be of
/// the gateway's own version.
package enum ControlProtocol {
  /// What a gateway can be asked.
  package enum Question: Equatable, Sendable {
    /// How it is.
    case status
    /// What its servers offer; of those servers alone if names are given, and as lines for a terminal that many columns wide.
    case report(servers: [String], columns: Int?)
    /// Where a tool comes from and what was done to it, for clients of a profile; nil for those of whom nothing is configured.
    case explain(tool: String, profile: String?)
    /// Which tools do what somebody wants, for clients of a profile.
    case search(query: String, profile: String?)
    /// What the list of tools costs, for clients of a profile.
    case costs(profile: String?)
    /// To be served as a guest: what follows on the connection is a session.
    case session
    /// To end a server and start it anew.
    case restart(server: String)
    /// To read its configuration again.
    case reload

    /// The question as a line of JSON.
    ///
    /// - Parameter configuration: the real path of the file that the gateway must be on to be meant; nil for any.
    package func json(to configuration: String? = nil) -> String {
      var object = JSONObjectText()
      switch self {
      case .status: object.add("ask", "status")
      case .report(let servers, let columns):
        object.add("ask", "report")
        object.add("servers", servers)
        object.add("columns", columns)
      case .explain(let tool, let profile):
        object.add("ask", "explain")
        object.add("tool", tool)
        object.add("profile", profile)
      case .search(let query, let profile):
        object.add("ask", "search")
        object.add("query", query)
        object.add("profile", profile)
      case .costs(let profile):
        object.add("ask", "costs")
        object.add("profile", profile)
      case .session: object.add("ask", "session")
      case .restart(let server):
        object.add("ask", "restart")
        object.add("server", server)
      case .reload: object.add("ask", "reload")
      }
      object.add("configuration", configuration)
      return object.text
    }

    /// Reads a question; nil when it is none that this gateway knows.
    package init?(_ frame: Frame) {
      switch frame.string("ask") {
      case "status": self = .status
      case "session": self = .session
      case "costs": self = .costs(profile: frame.string("profile"))
      case "search":
        guard let query = frame.string("query") else { return nil }
        self = .search(query: query, profile: frame.string("profile"))
      case "explain":
        guard let tool = frame.string("tool") else { return nil }
        self = .explain(tool: tool, profile: frame.string("profile"))
      case "reload": self = .reload
      case "restart":
        guard let server = frame.string("server") else { return nil }
        self = .restart(server: server)
      case "report":
        var servers: [String] = []
        if let list = frame.raw("servers") {
          JSONWalk.elements(of: list, in: 0..<list.count) { range in
            servers += JSONText.string(UnsafeRawBufferPointer(rebasing: list[range])).map { [$0] } ?? []
            return true
          }
        }
        let columns = frame.raw("columns").flatMap { JSONText.unsigned($0) }
        self = .report(servers: servers, columns: columns.flatMap { Int(exactly: $0) })
      default: return nil
      }
    }
  }

  /// What a question was answered.
  package struct Answer: Sendable {
    /// Whether nothing is wrong with the servers, or what was asked for has been done.
    package let isGood: Bool
    /// The gateway's configuration file.
    package let configurationPath: String
    /// The answer for a program: an object.
    package let json: String
    /// The answer for a person.
    package let text: String

    /// Reads an answer; nil when it is none, or a refusal.
    package init?(_ answer: Frame) {
      guard let isGood = answer.raw("healthy"), let configurationPath = answer.string("configuration"),
        let json = answer.raw("status"), let text = answer.string("text")
      else { return nil }
      self.isGood = isGood.first == UInt8(ascii: "t")
      self.configurationPath = configurationPath
      self.json = String(decoding: json, as: UTF8.self)
      self.text = text
    }
  }

  /// Returns why a gateway does not do what it was asked, as it says itself; nil when it does.
  package static func refusal(in answer: Frame) -> String? { answer.string("error") }

  /// Whether a gateway answers that it is on another configuration than the one that was meant.
  package static func isElsewhere(_ answer: Frame) -> Bool { answer.raw("elsewhere") != nil }

  // MARK: - The gateway's side

  /// The file that a question is meant for; nil when it is meant for any gateway.
  package static func configuration(of question: Frame) -> String? { question.string("configuration") }

  /// Answers what needs only to be looked up; nil for the rest.
  ///
  /// - Parameters:
  ///   - question: what was asked.
  ///   - manager: whom it is about.
  ///   - configurationPath: that of the file without symbolic links.
  ///   - process: the gateway's process id.
  @GatewayActor
  package static func answer(
    _ question: Question, about manager: ServerManager, configurationPath: String, process: Int32
  ) -> String? {
    switch question {
    case .status:
      let report = StatusReport(of: manager, process: process)
      return answer(isGood: report.isHealthy, configurationPath, json: report.json, text: report.text)
    case .report(let servers, let columns):
      let report = ServerReport(of: manager, only: servers)
      return answer(
        isGood: report.allReady, configurationPath, json: report.json, text: report.text(columns: columns))
    case .explain(let tool, let profile):
      let report = ToolReport(of: tool, profile: profile, manager)
      return answer(isGood: report.isFound, configurationPath, json: report.json, text: report.text)
    case .search(let query, let profile):
      let report = SearchReport(of: query, profile: profile, manager)
      return answer(isGood: report.isAnyFound, configurationPath, json: report.json, text: report.text)
    case .costs(let profile):
      let report = CostReport(of: manager, profile: profile)
      return answer(isGood: true, configurationPath, json: report.json, text: report.text)
    case .session, .restart, .reload: return nil
    }
  }

  /// Says that something was done, or how it came out.
  package static func done(_ text: String, isGood: Bool = true, configurationPath: String) -> String {
    answer(isGood: isGood, configurationPath, json: "{}", text: text)
  }

  package static func refused(_ reason: String) -> String {
    var object = JSONObjectText()
    object.add("error", reason)
    return object.text
  }

  /// Says that another gateway is meant.
  package static func elsewhere(configurationPath: String) -> String {
    var object = JSONObjectText()
    object.add("error", "This gateway is on \(configurationPath).")
    object.add("elsewhere", true)
    return object.text
  }

  private static func answer(isGood: Bool, _ configurationPath: String, json: String, text: String) -> String {
    var object = JSONObjectText()
    object.add("healthy", isGood)
    object.add("configuration", configurationPath)
    object.add("status", raw: json)
    object.add("text", text)
    return object.text
  }
}
