// Why a network cannot be pruned.

/** The network, the photos or the target do not allow pruning; the message says what was found, and what to do. */
export class PruneError extends Error {
  override readonly name = 'PruneError';
}
