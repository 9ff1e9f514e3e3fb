import Platform

/// The files that a configuration was read from, itself and every `envFile`, as they were when they were read.
final class SourceFiles {
  private(set) var paths: [String] = []
  private var stamps: [FileSystem.Stamp?] = []

  /// Notes a file that is just about to be read.
  func note(_ path: String) {
    guard !paths.contains(path) else { return }
    paths.append(path)
    stamps.append(FileSystem.stamp(of: path))
  }

  /// Whether any of them is another one by now.
  var haveChanged: Bool { paths.map(FileSystem.stamp(of:)) != stamps }
}
