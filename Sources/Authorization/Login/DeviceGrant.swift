/// The names of the device flow (RFC 8628).
enum DeviceGrant {
  static let type = "urn:ietf:params:oauth:grant-type:device_code"
}
