// The outcome for one picture: a prediction, or the reason why it cannot be classified.

import type { Classification } from '../classifier/rank.js';

/** A prediction for a picture whose class is known. */
export type Answer = {
  /** Index of the class with the highest score; of equal scores, the lowest index. */
  predicted: number;
  /** Rank of the picture's own class, 0 for the best. */
  place: number;
  /** Score of `predicted`, from 0 to 1. */
  score: number;
  /** Score of the picture's own class. */
  trueScore: number;
};

/** The best classes of a picture, and the time from its bytes to them. */
export type Ranking = { results: Classification[]; milliseconds: number };

/** A picture's path, the index of its class, and the prediction. */
export type Outcome = Answer & { image: string; truth: number };

/** A picture that could not be classified, and the reason. */
export type Failure = { image: string; reason: string };
