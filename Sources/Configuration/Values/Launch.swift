/// How a server is reached.
package enum Launch: Equatable, Sendable {
  case process(ProcessLaunch)
  case remote(RemoteLaunch)

  package var process: ProcessLaunch? {
    if case .process(let launch) = self { launch } else { nil }
  }
}
