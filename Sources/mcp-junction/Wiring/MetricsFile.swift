import Configuration
import EventLoop
import Gateway
import Platform

/// The file that a serving gateway writes its metrics to: at the start, on an interval, when it is asked by a signal, and
/// at the end.
@GatewayActor
final class MetricsFile {
  private let manager: ServerManager
  private let log: Log
  private let interval: UInt64
  /// Nil when the configuration names none: then only a signal has them written, to a file in the runtime directory.
  private let path: String?
  /// The file in the runtime directory, once it was written: it ends with the gateway.
  private var temporaryPath: String?
  private var signal: SignalSource?
  private var timer: LoopClock.Cancellation?

  private let runtimeDirectory: String?

  init(_ manager: ServerManager, log: Log, runtimeDirectory: String?) {
    self.runtimeDirectory = runtimeDirectory
    self.manager = manager
    self.log = log
    path = manager.configuration.settings.metricsFile
    interval = manager.configuration.settings.metricsInterval
  }

  func start() {
    signal = SignalSource(SignalSource.report) { [weak self] in self?.writeForSignal() }
    writeRegularly()
  }

  func stop() {
    signal = nil
    timer?.cancel()
    if let path { write(to: path) }
    if let temporaryPath { try? FileSystem.remove(temporaryPath) }
  }

  private func writeRegularly() {
    guard let path else { return }
    write(to: path)
    timer = LoopClock.loop.after(interval) { [weak self] in self?.writeRegularly() }
  }

  private func writeForSignal() {
    do throws(PlatformError) {
      let path =
        if let path { path } else {
          try RuntimeDirectory.path(below: runtimeDirectory) + "/metrics-\(OwnProcess.id).prom"
        }
      guard write(to: path) else { return }
      if self.path == nil { temporaryPath = path }
      log(.info, "metrics_written", ["path": path])
    } catch {
      log(.warning, "metrics_not_written", ["reason": "\(error)"])
    }
  }

  @discardableResult
  private func write(to path: String) -> Bool {
    let usage = ProcessUsage(residentBytes: OwnProcess.residentBytes, openDescriptors: OwnProcess.openDescriptors)
    do throws(PlatformError) {
      try FileSystem.replace(path, with: PrometheusText.render(MetricReport(of: manager, process: usage).families))
      return true
    } catch {
      log(.warning, "metrics_not_written", ["reason": "\(error)"])
      return false
    }
  }
}
