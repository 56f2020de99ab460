/** A set of labelled pictures, or a result over one, cannot be used; says what was found and what helps. */
export class SetError extends Error {
  override readonly name = 'SetError';
}
