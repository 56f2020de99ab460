// What loading and running a model may cost.

import { OBJECT, type Kind } from '../arguments.js';

/** Limits on the cost of a model, known before it runs; all optional. */
export type Limits = {
  /** Maximum multiply-accumulates of a run; default 10^11. Layers that only move numbers count their outputs. */
  macs?: number;
  /** Maximum memory of weights and a run, in bytes; default 2^30. */
  memory?: number;
  /** Maximum time that planning takes, in milliseconds; default 10,000. */
  loadMilliseconds?: number;
};

/** The defaults of `Limits`. */
export const DEFAULT_LIMITS: Required<Limits> = { macs: 1e11, memory: 2 ** 30, loadMilliseconds: 10_000 };

/** The kind of the option `limits`. */
export const LIMITS: Kind = {
  expected: 'an object of positive numbers',
  fits: (value) => OBJECT.fits(value) && Object.values(value as object).every((number) => number > 0),
};
