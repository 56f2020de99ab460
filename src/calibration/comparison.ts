// What is reported of a network that was made of another one with photos.

import type { Unreadable } from './inputs.js';
import type { Change, Likeness } from './likeness.js';
import type { Times } from './times.js';

/** A photo whose scores changed, with its path. */
export type WorstPhoto = Omit<Change, 'photo'> & {
  path: string;
  /** A thumbnail as a data: URL, if there is one. */
  picture?: string;
};

/** A network before and after. */
export type Comparison = {
  /** The name of the model, and of the folder of photos. */
  model: string;
  folder: string;
  photos: {
    calibration: number;
    /** Photos with which variants were compared, if there were any. */
    choosing?: number;
    heldOut: number;
    unreadable: number;
  };
  /** The photos that could not be read. */
  unreadable: Unreadable[];
  /** What is wrong with the result, and what to do, in sentences. */
  warnings: string[];
  bytes: { before: number; after: number };
  /** How many times as fast; times in milliseconds. */
  speed: { measured: number; times: Times };
  /** How alike both networks are on photos that were held out. */
  likeness: Likeness;
  /** The photos held out whose scores changed most. */
  worst: WorstPhoto[];
  seconds: number;
};
