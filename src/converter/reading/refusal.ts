// How a rule gives up: its reason becomes one of the listed problems.

/** The reason why a node cannot be converted. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Throws a `Refusal`. */
export const refuse = (reason: string): never => {
  throw new Refusal(reason);
};
