import EventLoop
package import JSONRPC

/// What is said at a gateway's control socket: one object asks, one object answers.
///
/// The answer holds the text for a person beside the object for a program, so that the program that asks need not be of
/// the gateway's own version.
package enum ControlProtocol {
  /// The answer to ``statusQuestion``.
  package struct Status: Sendable {
    package let isHealthy: Bool
    /// The gateway's configuration file.
    package let configurationPath: String
    /// The status for a program: an object.
    package let json: String
    /// The status for a person.
    package let text: String

    /// Reads an answer; nil when it is none.
    package init?(_ answer: Frame) {
      guard let isHealthy = answer.raw("healthy"), let configurationPath = answer.string("configuration"),
        let json = answer.raw("status"), let text = answer.string("text")
      else { return nil }
      self.isHealthy = isHealthy.first == UInt8(ascii: "t")
      self.configurationPath = configurationPath
      self.json = String(decoding: json, as: UTF8.self)
      self.text = text
    }
  }

  package static let statusQuestion = "{\"ask\":\"status\"}"

  /// Answers a question.
  ///
  /// `configurationPath` is that of the file without symbolic links, `process` the gateway's process id.
  @GatewayActor
  package static func answer(
    _ question: Frame, about manager: ServerManager, configurationPath: String, process: Int32
  ) -> String {
    var answer = JSONObjectText()
    guard question.string("ask") == "status" else {
      answer.add("error", "This gateway can be asked for its status only.")
      return answer.text
    }
    let report = StatusReport(of: manager, process: process)
    answer.add("healthy", report.isHealthy)
    answer.add("configuration", configurationPath)
    answer.add("status", raw: report.json)
    answer.add("text", report.text)
    return answer.text
  }
}
