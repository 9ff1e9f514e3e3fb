/// A message that may be kept: it owns its bytes, or holds the buffer that they lie in, and never changes.
///
/// Only ``Frame/copy()`` and ``Frame/parse(_:)`` make one. It can be handed to whatever looks at a frame; a frame that is
/// merely lent cannot be put where one of these is kept.
package final class StoredFrame: Frame {
  /// A message of no bytes.
  package static var empty: StoredFrame { StoredFrame() }
}
