/// What text costs a model, by a rule of thumb.
package enum TokenEstimate {
  /// Bytes that a token stands for: JSON with English in it has 3 to 5 with the tokenizers of 2024 and later. No tokenizer is
  /// asked, since each model has another.
  private static let bytesPerToken = 4

  /// Returns how many tokens so many bytes are, rounded up.
  package static func tokens(bytes: Int) -> Int { (bytes + bytesPerToken - 1) / bytesPerToken }
}
