/// How a server is reached.
package enum Launch: Equatable, Sendable {
  case process(ProcessLaunch)
  case remote(RemoteLaunch)

  /// The address of a remote server without its query, which may be a secret; nil for a subprocess.
  package var address: String? {
    guard case .remote(let launch) = self else { return nil }
    return String(launch.url.prefix { $0 != "?" && $0 != "#" })
  }

  package var process: ProcessLaunch? {
    if case .process(let launch) = self { launch } else { nil }
  }
}
