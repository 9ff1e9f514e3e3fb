#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A library of the machine that is loaded when it is needed; it stays for the life of the process.
struct DynamicLibrary: @unchecked Sendable {
  // The loader's own handle, which any thread may use.
  private let handle: UnsafeMutableRawPointer

  /// Loads it; nil where there is none.
  init?(_ name: String) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    self.handle = handle
  }

  /// Returns a function, of whose type the caller is sure; nil when the library has none of that name.
  func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: type) }
  }
}
