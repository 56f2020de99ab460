// Why a network cannot be quantised.

/** The network does not allow quantising; the message says what was found, and what to do. */
export class QuantizeError extends Error {
  override readonly name = 'QuantizeError';
}
