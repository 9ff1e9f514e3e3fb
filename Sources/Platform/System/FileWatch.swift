import CLibUV
package import EventLoop

/// Tells when some files may be other ones than they were: when anything happens to their names in their directories.
///
/// Directories are watched, not files, since most programs write a new file and give it the old one's name. Of a symbolic
/// link its own directory is watched and that of the file that it leads to.
@GatewayActor
package final class FileWatch {
  /// The names that count, by the watched directory.
  private var names: [String: Set<String>] = [:]
  private var handles: [UnsafeMutablePointer<uv_fs_event_t>] = []
  private let onChange: @GatewayActor () -> Void
  /// Whether every file's directory is watched; else somebody must look from time to time.
  package private(set) var isComplete = true

  /// Watches until it is released; the loop does not wait for it.
  ///
  /// - Parameters:
  ///   - paths: the files, absolute; they need not be there.
  ///   - onChange: called for each thing that happens, be it nothing to their content.
  package init(_ paths: [String], onChange: @escaping @GatewayActor () -> Void) {
    self.onChange = onChange
    for path in paths {
      note(path)
      if let real = try? FileSystem.realPath(path), real != path { note(real) }
    }
    for directory in names.keys.sorted() { watch(directory) }
  }

  private func note(_ path: String) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    names[directory, default: []].insert(String(path[path.index(after: slash)...]))
  }

  private func watch(_ directory: String) {
    let handle = UnsafeMutablePointer<uv_fs_event_t>.allocate(capacity: 1)
    uv_fs_event_init(EventLoop.shared.handle, handle)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    handles.append(handle)
    let status = uv_fs_event_start(
      handle,
      { handle, name, _, _ in
        let owner = Unmanaged<FileWatch>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
        let name = name.map { String(cString: $0) }
        GatewayActor.assumeIsolated { owner.happened(to: name) }
      }, directory, 0)
    if status == 0 { uv_unref(Self.plain(handle)) } else { isComplete = false }
  }

  private func happened(to name: String?) {
    // A name may be missing, and the directory itself may have gone.
    if let name, !names.values.contains(where: { $0.contains(name) }),
      !names.keys.contains(where: { $0.hasSuffix(name) })
    {
      return
    }
    onChange()
  }

  private static func plain(_ handle: UnsafeMutablePointer<uv_fs_event_t>) -> UnsafeMutablePointer<uv_handle_t> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
  }

  isolated deinit {
    for handle in handles {
      uv_close(Self.plain(handle)) { UnsafeMutableRawPointer($0!).deallocate() }
    }
  }
}
