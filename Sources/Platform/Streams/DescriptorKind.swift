import CLibUV

/// What a descriptor is, as far as it decides how to read and write it without blocking.
enum DescriptorKind {
  /// A pipe or a Unix socket.
  case pipe(isSocket: Bool)
  case tcp
  case terminal
  /// A regular file or a device such as `/dev/null`: always ready, and unknown to the system's pollers.
  case file

  /// Asks the system; libuv would abort the process on a file that is opened as a pipe.
  init(of descriptor: Int32) throws(PlatformError) {
    var isSocket: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let socketStatus = getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &isSocket, &size)
    switch uv_guess_handle(descriptor) {
    case UV_NAMED_PIPE: self = .pipe(isSocket: socketStatus == 0)
    case UV_TCP: self = .tcp
    case UV_TTY: self = .terminal
    case UV_FILE: self = .file
    default: throw PlatformError("use descriptor \(descriptor) as a byte stream", code: EINVAL)
    }
  }

  var isSocket: Bool {
    switch self {
    case .pipe(let isSocket): isSocket
    case .tcp: true
    case .terminal, .file: false
    }
  }
}
