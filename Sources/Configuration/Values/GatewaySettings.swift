/// The settings under the top-level `junction`.
///
/// Times are in milliseconds, sizes in bytes. What each one does stands in ``GatewaySettings/table``.
package struct GatewaySettings: Equatable, Sendable {
  package var maxFrame = 64 << 20
  package var callsPerSession = 1024
  package var maxQueuedBytes = 256 << 20
  package var unreadLimit = 8 << 20

  package var listsWait: UInt64 = 4_000
  package var initializeWait: UInt64 = 1_000
  package var unknownNameWait: UInt64 = 10_000
  package var endOfInputWait: UInt64 = 1_000

  package var inputWait: UInt64 = 10 * 60_000
  package var parkedCalls = 64
  package var inputRounds = 10
  package var extensions: String?

  package var nameLimit = 48
  package var uriPolicy = URIPolicy.keep
  package var labels = true
  package var face = ToolFace.list
  /// In the order of the file.
  package var profiles: [ClientProfile] = []
  package var instructionsBudget = 2 << 10

  package var commands = CommandPolicy.never
  package var commandTimeout: UInt64 = 10_000

  package var logLevel = LogLevel.info
  package var logFormat = LogFormat.text
  package var logFiles = true
  package var logFileSize = 4 << 20
  package var logFileCount = 4
  package var audit = AuditPolicy.off
  package var metricsFile: String?
  package var metricsInterval: UInt64 = 60_000

  /// What holds for servers that do not set it themselves.
  package var servers = ServerSettings()

  package init() {}
}
