// The outcome for one picture: what the model predicts, or why it cannot be classified.

/** What a model predicts for a picture whose class is known. */
export type Answer = {
  /** Index of the class with the highest score; the lowest index of equal scores. */
  predicted: number;
  /** Rank of the picture's own class, 0 for the best. */
  place: number;
  /** Score of `predicted`, from 0 to 1. */
  score: number;
  /** Score of the picture's own class. */
  trueScore: number;
};

/** A picture by its path, the index of its class, and what the model predicts. */
export type Outcome = Answer & { image: string; truth: number };

/** A picture that could not be classified, and why. */
export type Failure = { image: string; reason: string };
