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
  var standard: CatalogView { view(of: nil, profile: nil) }

  /// What a client sees, by the name by which it introduces itself, or by a profile that it was given.
  func view(of client: String?, profile: String?) -> CatalogView {
    view(CatalogView.Terms(of: client, profile: profile, upstream.configuration.settings))
  }

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
