// Building a network that may not be possible: for a batch size or a size of images that it cannot have.

import { ShapeError, UnsupportedError } from '../errors.js';

/** What `build` returns, or the error by which it says that the network cannot be built. */
export const attempt = <T>(build: () => T): T | ShapeError | UnsupportedError => {
  try {
    return build();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof UnsupportedError) return error;
    throw error;
  }
};

/** The first thing that an error of `attempt` says. */
export const firstProblem = (error: ShapeError | UnsupportedError): string =>
  error instanceof UnsupportedError ? error.problems[0]! : error.message;
