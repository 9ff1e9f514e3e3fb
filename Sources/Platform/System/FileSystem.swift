import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files, with errors that name them.
package enum FileSystem {
  /// What makes two paths the same file.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let node: UInt64
  }

  /// Returns a file's bytes. A file of more than `limit` bytes is refused with EFBIG; a device or a pipe is read up to
  /// its end.
  ///
  /// `patience` is for how many milliseconds in all somebody may take to write into a pipe or a terminal; then it is
  /// refused with ETIMEDOUT.
  package static func read(_ path: String, limit: Int, patience: UInt64 = 0) throws(PlatformError) -> [UInt8] {
    // Without O_NONBLOCK a pipe that nobody writes into would keep the whole thread.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw PlatformError("open", path: path, code: errno) }
    defer { Descriptor.close(descriptor) }
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    let end = ContinuousClock.now + .milliseconds(Int64(clamping: patience))
    var bytes: [UInt8] = []
    var failure: Int32 = 0
    var isAtEnd = false
    withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 16) { buffer in
      while !isAtEnd, failure == 0, bytes.count <= limit {
        if !isFile, !isReadable(descriptor, until: end) {
          failure = ETIMEDOUT
          continue
        }
        // One byte more than allowed tells a file that is too large.
        let count = Descriptor.read(descriptor, buffer.baseAddress!, min(buffer.count, limit + 1 - bytes.count))
        if count > 0 {
          bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count == 0 {
          isAtEnd = true
        } else if errno != EINTR, errno != EAGAIN {
          failure = errno
        }
      }
    }
    guard failure == 0 else {
      throw PlatformError(failure == ETIMEDOUT ? "read the pipe" : "read", path: path, code: failure)
    }
    guard bytes.count <= limit else { throw PlatformError("read", path: path, code: EFBIG) }
    return bytes
  }

  /// Waits until reading would not block: there are bytes, or the writers are gone.
  private static func isReadable(_ descriptor: Int32, until end: ContinuousClock.Instant) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let left = (end - ContinuousClock.now) / .milliseconds(1)
      let count = poll(&entry, 1, Int32(max(0, left.rounded(.up))))
      if count >= 0 || errno != EINTR { return count > 0 }
    }
  }

  /// Replaces another program's file in one step; it keeps its mode, and a symbolic link to it stays one. A file that was
  /// not there is made with mode 0600, with the directories above it. Returns false, with nothing done, when the file is
  /// no longer as it was.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - old: what was read of it; nil when it was not there.
  ///   - bytes: what it holds then.
  package static func rewrite(_ path: String, from old: [UInt8]?, to bytes: [UInt8]) throws(PlatformError) -> Bool {
    var status = stat()
    let isThere = stat(path, &status) == 0
    guard let old else {
      guard !isThere else { return false }
      if let parent = parent(of: path) { try makeDirectories(parent) }
      try replace(path, with: bytes)
      return true
    }
    guard isThere else { return false }
    let target = try realPath(path)
    guard try read(target, limit: max(old.count, 1)) == old else { return false }
    try replace(target, with: bytes, mode: UInt32(status.st_mode) & 0o7777)
    return true
  }

  /// Replaces a file in one step, so that a reader sees the old bytes or the new ones; its mode becomes 0600, or `mode`.
  package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(PlatformError) {
    var template = Array((path + ".XXXXXX").utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
    guard descriptor >= 0 else { throw PlatformError("write", path: path, code: errno) }
    let temporary = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    var failure = fchmod(descriptor, mode_t(mode)) == 0 ? 0 : errno
    var written = 0
    while failure == 0, written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        failure = errno
      }
    }
    Descriptor.close(descriptor)
    if failure == 0, rename(temporary, path) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(temporary)
      throw PlatformError("write", path: path, code: failure)
    }
  }

  /// Makes a directory and those above it that are missing, each with mode 0700.
  package static func makeDirectories(_ path: String) throws(PlatformError) {
    if isDirectory(path) || mkdir(path, 0o700) == 0 { return }
    if errno == ENOENT, let parent = parent(of: path), parent != path {
      try makeDirectories(parent)
      if mkdir(path, 0o700) == 0 { return }
    }
    // Somebody else may have made it meanwhile.
    let failure = errno
    guard isDirectory(path) else { throw PlatformError("make the directory", path: path, code: failure) }
  }

  /// Removes a file. One that is not there is removed.
  package static func remove(_ path: String) throws(PlatformError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw PlatformError("remove", path: path, code: errno) }
  }

  /// Returns the path without symbolic links and dots.
  package static func realPath(_ path: String) throws(PlatformError) -> String {
    guard let resolved = realpath(path, nil) else { throw PlatformError("find", path: path, code: errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Returns what identifies the file itself, however it is reached.
  package static func identity(of path: String) throws(PlatformError) -> Identity {
    var status = stat()
    guard stat(path, &status) == 0 else { throw PlatformError("find", path: path, code: errno) }
    return Identity(device: UInt64(truncatingIfNeeded: status.st_dev), node: UInt64(status.st_ino))
  }

  /// What is another one when a file has been written, or another one has its name.
  package struct Stamp: Equatable, Sendable {
    let identity: Identity
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  /// Returns a file's stamp; nil when it is not there.
  package static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Stamp(
      identity: Identity(device: UInt64(truncatingIfNeeded: status.st_dev), node: UInt64(status.st_ino)),
      size: Int64(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
  }

  /// Whether there is anything at a path, also a symbolic link that leads nowhere.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Returns who may do what with a file, perhaps through a symbolic link; nil when it is not there.
  package static func mode(of path: String) -> UInt32? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o7777 : nil
  }

  /// Returns how many bytes a file has; nil when it is not there.
  package static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Says who may do what with a file.
  package static func setMode(of path: String, to mode: UInt32) throws(PlatformError) {
    guard chmod(path, mode_t(mode)) == 0 else { throw PlatformError("change the mode of", path: path, code: errno) }
  }

  /// Whether there is a directory, perhaps through a symbolic link.
  package static func isDirectory(_ path: String) -> Bool { type(of: path) == S_IFDIR }

  /// Whether there is a regular file, perhaps through a symbolic link.
  package static func isRegularFile(_ path: String) -> Bool { type(of: path) == S_IFREG }

  /// Returns the names in a directory, without `.` and `..`, in no order; none when it cannot be read.
  package static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(cString: $0.assumingMemoryBound(to: CChar.self).baseAddress!)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func type(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// Returns the directory that a path is in; nil for a path without a slash.
  package static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
