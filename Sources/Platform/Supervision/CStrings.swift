/// A null-terminated array of C strings, as `execve` wants it.
struct CStrings: ~Copyable {
  private let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  init(_ texts: [String]) {
    pointers = .allocate(capacity: texts.count + 1)
    for (index, text) in texts.enumerated() {
      let bytes = text.utf8CString
      let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      pointers.initializeElement(at: index, to: copy.baseAddress)
    }
    pointers.initializeElement(at: texts.count, to: nil)
  }

  /// The array; valid as long as this value is.
  var base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> { pointers.baseAddress! }

  deinit {
    for pointer in pointers { pointer?.deallocate() }
    pointers.deallocate()
  }
}
