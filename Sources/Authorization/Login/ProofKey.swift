/// The proof that whoever redeems a code is who asked for it (PKCE, RFC 7636, with S256).
struct ProofKey: Equatable, Sendable {
  let verifier: String
  let challenge: String

  init(_ cryptography: Cryptography) {
    let verifier = Base64Text.encodeForAddress(cryptography.random(32))
    self.verifier = verifier
    challenge = Base64Text.encodeForAddress(cryptography.sha256(Array(verifier.utf8)))
  }
}

/// What a library does for us.
package struct Cryptography: Sendable {
  /// Returns so many bytes that nobody can guess.
  package let random: @Sendable (_ count: Int) -> [UInt8]
  /// Returns the 32 bytes of SHA-256 (FIPS 180-4).
  package let sha256: @Sendable ([UInt8]) -> [UInt8]

  package init(random: @escaping @Sendable (Int) -> [UInt8], sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) {
    self.random = random
    self.sha256 = sha256
  }
}
