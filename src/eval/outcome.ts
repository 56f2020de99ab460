// What became of a picture.

/** What a model says of a picture whose class is known. */
export type Answer = {
  /** Index of the class with the highest score; of equal ones the lowest. */
  predicted: number;
  /** Place of the picture's own class among all, 0 for the best. */
  place: number;
  /** Score of `predicted`, from 0 to 1. */
  score: number;
  /** Score of the picture's own class. */
  trueScore: number;
};

/** A picture by its path, the index of its class, and what the model says. */
export type Outcome = Answer & { image: string; truth: number };

/** A picture that could not be classified, and why. */
export type Failure = { image: string; reason: string };
