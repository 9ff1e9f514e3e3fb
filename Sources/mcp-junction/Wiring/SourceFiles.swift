import Platform

/// The files that a configuration was read from, itself and every `envFile`, as they were when they were read.
final class SourceFiles {
  private(set) var paths: [String] = []
  private var stamps: [FileSystem.Stamp?] = []
  /// What pipes have told: nobody writes into one a second time because somebody edits another file, and to wait for it would
  /// hold everybody up.
  private var told: [String: [UInt8]] = [:]
  /// Files that have been waited for: once is enough.
  private var awaited: Set<String> = []

  init() {}

  /// - Parameter former: the files of the reading before.
  init(following former: SourceFiles) {
    told = former.told
    awaited = former.awaited
  }

  /// Reads a file, or returns what it has told where it is a pipe.
  ///
  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - limit: bytes beyond which it is not read.
  ///   - patience: milliseconds for which a pipe that has told nothing yet is waited for.
  func read(_ path: String, limit: Int, patience: UInt64) throws(PlatformError) -> [UInt8] {
    note(path)
    if let bytes = told[path], !FileSystem.isRegularFile(path) { return bytes }
    let isFirst = awaited.insert(path).inserted
    let bytes = try FileSystem.read(path, limit: limit, patience: isFirst ? patience : 0)
    if !FileSystem.isRegularFile(path) { told[path] = bytes }
    return bytes
  }

  private func note(_ path: String) {
    guard !paths.contains(path) else { return }
    paths.append(path)
    stamps.append(FileSystem.stamp(of: path))
  }

  /// Whether any of them is another one by now.
  var haveChanged: Bool { paths.map(FileSystem.stamp(of:)) != stamps }
}
