// The error of evaluations.

/** A set of labelled pictures, or a result that was computed over one, cannot be used. Says what was found and what helps. */
export class SetError extends Error {
  override readonly name = 'SetError';
}
