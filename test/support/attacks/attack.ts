// What an attack is: an input that costs far more than its size, or once did.

/** A build of the package under attack. */
export type Build = {
  node: typeof import('../../../src/node.js');
  convert: typeof import('../../../src/convert.js');
  /** Runs a command line in this process. */
  cli: (...words: string[]) => Promise<unknown>;
};

/** An input that costs far more than its size, or once did. */
export type Attack = {
  /** What it is, such as `a WebP header of 16,383 x 16,383 pixels`. */
  name: string;
  /**
   * Makes the input, which is not measured.
   *
   * @returns its size in bytes, the call that is measured, and what must be closed afterwards
   */
  prepare: () => Prepared | Promise<Prepared>;
};

/** An attack with its input. */
export type Prepared = { bytes: number; run: (build: Build) => Promise<unknown>; close?: () => void };

/** What an attack on a build ends in: what the call returns, or its error. */
export const outcomeOf = async ({ prepare }: Attack, build: Build): Promise<{ made?: unknown; error?: unknown }> => {
  const { run } = await prepare();
  try {
    return { made: await run(build) };
  } catch (error) {
    return { error };
  }
};
