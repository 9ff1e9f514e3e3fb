package import Glibc

/// A directory of its own for one test, removed with everything in it when the test lets go of it.
package final class ScratchDirectory: Sendable {
  package let path: String

  package struct CannotMake: Error {}

  package init() throws {
    var template = Array("/tmp/junction-test-XXXXXX".utf8CString)
    guard let made = template.withUnsafeMutableBufferPointer({ mkdtemp($0.baseAddress!).map { String(cString: $0) } })
    else { throw CannotMake() }
    path = made
  }

  /// Writes a small file into the directory; false when that fails.
  package func write(_ text: String, to name: String, mode: mode_t = 0o600) -> Bool {
    guard let file = fopen(path + "/" + name, "w") else { return false }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    return fclose(file) == 0 && written == bytes.count && chmod(path + "/" + name, mode) == 0
  }

  /// Returns the text of a file in the directory.
  package func read(_ name: String) -> String? {
    guard let file = fopen(path + "/" + name, "r") else { return nil }
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      text.append(contentsOf: buffer[..<count])
    }
  }

  deinit { Self.removeAll(path) }

  private static func removeAll(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name != ".", name != ".." else { continue }
        // Fails for a directory, and never follows a symbolic link.
        if unlink(path + "/" + name) != 0 { removeAll(path + "/" + name) }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
