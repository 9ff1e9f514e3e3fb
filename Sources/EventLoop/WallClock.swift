import CLibUV

/// The time of day, for what people and programs read; never for waiting.
package enum WallClock {
  /// Milliseconds since 1970.
  package static var milliseconds: UInt64 {
    var time = uv_timeval64_t()
    guard uv_gettimeofday(&time) == 0 else { return 0 }
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_usec) / 1000
  }
}
