import CLibUV

extension OwnProcess {
  /// Bytes of memory that are resident; 0 where the system does not tell.
  package static var residentBytes: UInt64 {
    var bytes = 0
    return uv_resident_set_memory(&bytes) == 0 ? UInt64(bytes) : 0
  }

  /// How many descriptors are open; 0 where the system does not tell.
  package static var openDescriptors: Int {
    #if os(Linux)
      let names = FileSystem.names(in: "/proc/self/fd")
    #else
      let names = FileSystem.names(in: "/dev/fd")
    #endif
    // One of them is the directory that is being read.
    return max(names.count - 1, 0)
  }
}
