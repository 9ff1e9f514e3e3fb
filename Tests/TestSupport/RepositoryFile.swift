#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files of the repository that the tests are checked against.
package enum RepositoryFile {
  package struct Unreadable: Error {
    package let path: String
  }

  /// Returns the lines of a file given by its path from the top of the repository.
  package static func lines(_ path: String, caller: String = #filePath) throws -> [String] {
    let top = caller.split(separator: "/").dropLast(3).joined(separator: "/")
    guard let file = fopen("/\(top)/\(path)", "r") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }
}
