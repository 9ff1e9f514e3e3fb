#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// SHA-256 (FIPS 180-4) of a library that the machine has anyway: libcurl comes with OpenSSL's libcrypto, or beside GnuTLS;
/// macOS has its own. It is loaded when it is first needed.
package struct Digest: Sendable {
  #if canImport(Darwin)
    private typealias Function =
      @convention(c) (UnsafeRawPointer?, UInt32, UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?
    private static let candidates = [("/usr/lib/libSystem.B.dylib", "CC_SHA256")]
  #else
    private typealias Function =
      @convention(c) (UnsafeRawPointer?, Int, UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?
    private static let candidates = ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so"].map { ($0, "SHA256") }
  #endif

  private let function: Function

  /// Loads the library; nil when the machine has none of those that are known.
  package init?() {
    for (library, symbol) in Self.candidates {
      guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL), let address = dlsym(handle, symbol) else { continue }
      function = unsafeBitCast(address, to: Function.self)
      return
    }
    return nil
  }

  /// What to install where there is none.
  package static let cure = "install OpenSSL's libcrypto (Debian: libssl3)"

  /// Returns the 32 bytes of SHA-256.
  package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    bytes.withUnsafeBytes { text in
      digest.withUnsafeMutableBufferPointer { _ = function(text.baseAddress, .init(text.count), $0.baseAddress) }
    }
    return digest
  }
}
