import CLibCurl
import EventLoop

/// libcurl, once it is loaded.
package struct CurlLibrary: @unchecked Sendable {
  /// Where its functions are; written once, and kept for ever.
  let functions: UnsafePointer<junction_curl>
  /// Such as `7.88.1`.
  package let version: String
  /// Whether a look-up of a name that nobody needs any more holds nobody up.
  let hasQuickExit: Bool

  /// The names it has, the usual one first: which of them uses which TLS library is the distribution's business.
  private static let names = {
    #if canImport(Darwin)
      ["/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"]
    #else
      ["libcurl.so.4", "libcurl-gnutls.so.4"]
    #endif
  }()

  /// Loads it. That takes some milliseconds, and some megabytes.
  ///
  /// - Throws: ``HTTPFailure`` of the layer `library` that says what to install.
  @GatewayActor
  static func load() throws(HTTPFailure) -> CurlLibrary {
    let functions = UnsafeMutablePointer<junction_curl>.allocate(capacity: 1)
    functions.initialize(to: junction_curl())
    var problem = ""
    for name in names {
      if let complaint = junction_curl_load(functions, name) {
        if problem.isEmpty { problem = String(cString: complaint) }
        continue
      }
      guard functions.pointee.global_init(JUNCTION_CURL_EVERYTHING) == 0,
        let info = functions.pointee.version_info(0)
      else { throw HTTPFailure(.library, "libcurl could not be set up", mayHaveArrived: false) }
      let version = String(cString: info.pointee.version)
      guard info.pointee.number >= JUNCTION_CURL_OLDEST else {
        throw HTTPFailure(.library, "libcurl \(version) is too old; 7.80 or later is needed", mayHaveArrived: false)
      }
      return CurlLibrary(
        functions: functions, version: version,
        hasQuickExit: info.pointee.number >= JUNCTION_CURL_WITH_QUICK_EXIT)
    }
    throw HTTPFailure(
      .library, "libcurl is missing; install it (Debian: libcurl4, Homebrew: curl): \(problem)",
      mayHaveArrived: false)
  }
}
