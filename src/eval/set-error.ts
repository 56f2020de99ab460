// The error of evaluations.

/**
 * A set of labelled pictures, or a result computed from one, cannot be used; the message says why and how to fix it.
 */
export class SetError extends Error {
  override readonly name = 'SetError';
}
