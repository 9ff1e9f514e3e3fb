/// Small pieces of binary data, in base64 as the protocol carries them.
enum Sample {
  /// A picture in PNG, eight by eight pixels.
  static let picture =
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGUlEQVR42mP4//+/fv49TJIBqyiQZBiUOgDWoY8hE6NA4QAAAABJRU5ErkJggg=="
  /// A sound in WAV, two milliseconds of a thousand hertz.
  static let sound = "UklGRjQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YRAAAABYWFhYqKioqFhYWFioqKio"
}
