import Configuration
import EventLoop
import MCP

/// The views that clients have of the merged lists, and what all of them share.
@GatewayActor
final class Catalogs {
  private let upstream: ServerSet
  private var views: [CatalogView.Terms: CatalogView] = [:]
  /// Whose answers mentioned a URI last, for URIs that no list holds.
  var mentions = RecentURIs<ServerID>(limit: 10_000)
  /// Resources that may be given out again.
  var readCache = ReadCache()

  /// Called when lists were merged in several turns, which nobody was told of when it began.
  var lateMerge: @GatewayActor () -> Void = {}

  init(of upstream: ServerSet) { self.upstream = upstream }

  /// What a client sees of whom nothing else is configured.
  var standard: CatalogView { view(CatalogView.Terms(nameLimit: upstream.configuration.settings.nameLimit)) }

  /// Returns a view, made when it is first asked for.
  func view(_ terms: CatalogView.Terms) -> CatalogView {
    if let view = views[terms] { return view }
    let view = CatalogView(terms, of: upstream, in: self)
    views[terms] = view
    return view
  }

  /// Says that some list may be another one now.
  func markStale() { for view in views.values { view.markStale() } }
}
