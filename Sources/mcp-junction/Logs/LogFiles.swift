import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// What a serving gateway keeps of what it says: each server's lines in a file of its own, and calls where that is asked for.
@GatewayActor
final class LogFiles {
  private let places: LogPlaces
  private let settings: GatewaySettings
  private let complain: @GatewayActor (String) -> Void
  private var files: [String: RotatingFile] = [:]

  /// - Parameters:
  ///   - surroundings: what knows the directory.
  ///   - settings: how much is kept.
  ///   - complain: takes what cannot be said in a file.
  init(in surroundings: Surroundings, _ settings: GatewaySettings, complain: @escaping @GatewayActor (String) -> Void) {
    places = LogPlaces(in: surroundings)
    self.settings = settings
    self.complain = complain
  }

  /// Who writes the log's entries; nil when none are kept.
  var sink: Log.Sink? {
    guard settings.logFiles, places.directory != nil else { return nil }
    return Log.Sink(level: min(.info, settings.logLevel), takesAllLines: true) { [self] in write($0) }
  }

  /// Who writes calls; nil unless that is asked for.
  ///
  /// - Parameter redact: blots out secrets.
  func audit(redact: @escaping @GatewayActor (String) -> String) -> CallAudit? {
    guard settings.audit != .off, let path = places.audit else { return nil }
    return CallAudit(keepsArguments: settings.audit == .arguments) { [self] record in
      file(path)?.append(AuditLine.json(record, at: WallClock.milliseconds, redact: redact))
    }
  }

  /// Writes what waits; nothing is written afterwards.
  func close() {
    for file in files.values { file.flush() }
    files = [:]
  }

  private func write(_ entry: LogEntry) {
    guard let path = entry.server.map(places.server) ?? places.gateway else { return }
    file(path)?.append(
      settings.logFormat.line(entry.adding("gateway", String(OwnProcess.id)), at: WallClock.milliseconds))
  }

  private func file(_ path: String) -> RotatingFile? {
    if let file = files[path] { return file }
    let file = RotatingFile(path: path, sizeLimit: settings.logFileSize, countLimit: settings.logFileCount) {
      [complain] in complain("level=warning event=log_file_failed reason=\"\($0)\"")
    }
    files[path] = file
    return file
  }
}
