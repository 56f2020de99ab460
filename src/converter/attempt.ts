// Building a network that may not be possible: for a batch size or a size of images that it cannot have.

import { ShapeError, UnsupportedError } from '../errors.js';
import type { Steps } from '../next-task.js';
import { BudgetError } from './reading/budget.js';

/** An error that says that a network cannot be built. */
type Failure = ShapeError | UnsupportedError;

/** An exhausted budget is not such an error: what costs too much for one size is not tried for another. */
const failureOf = (error: unknown): Failure => {
  if (error instanceof ShapeError || (error instanceof UnsupportedError && !(error instanceof BudgetError)))
    return error;
  throw error;
};

/** What `build` returns, or the error by which it says that the network cannot be built. */
export const attempt = <T>(build: () => T): T | Failure => {
  try {
    return build();
  } catch (error) {
    return failureOf(error);
  }
};

/** The same for a computation in steps. */
export function* attemptSteps<T>(steps: Steps<T>): Steps<T | Failure> {
  try {
    return yield* steps;
  } catch (error) {
    return failureOf(error);
  }
}

/** What `steps` return, or the error of the budget that they exhaust: what they try is then given up. */
export function* attemptWithin<T>(steps: Steps<T>): Steps<T | BudgetError> {
  try {
    return yield* steps;
  } catch (error) {
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

/** The first thing that an error of `attempt` says. */
export const firstProblem = (error: Failure): string =>
  error instanceof UnsupportedError ? error.problems[0]! : error.message;
