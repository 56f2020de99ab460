// The classes of a camera's picture, frame after frame.

import { integer, type Kind, type Kinds } from '../arguments.js';
import { CLASSIFY_OPTIONS, type ClassifyOptions } from './classify-options.js';
import type { PhotoOptions } from '../image/photo-options.js';
import type { Ending } from './ending.js';
import type { Classification, Ranking } from './rank.js';
import { framesOf, type FrameSource } from './frames.js';

/** Options of `stream`; all optional. */
export type StreamOptions = ClassifyOptions & {
  /**
   * How much of the scores of earlier frames stays, from 0 to below 1; default 0. Scores are averaged: with 0.8, a change
   * of the picture is seen to two thirds after five frames.
   */
  smoothing?: number;
  /** Minimum time from one frame to the next, in milliseconds; default 0. Fewer frames save the battery. */
  interval?: number;
};

const FRACTION: Kind = {
  expected: 'a number from 0 to below 1',
  fits: (value) => typeof value === 'number' && value >= 0 && value < 1,
};

/** The kinds of `StreamOptions`. */
export const STREAM_OPTIONS: Kinds<StreamOptions> = {
  ...CLASSIFY_OPTIONS,
  smoothing: FRACTION,
  interval: integer(0, 2 ** 31 - 1),
};

/**
 * The classes of each frame. The newest frame is classified when the last results have been taken: frames never wait.
 *
 * @param ending ends the wait for the next frame, as the signal does
 * @param scoresOf the probabilities of a frame
 * @throws what it throws; the reason of the signal or of the end
 */
export async function* classifyFrames<Frame>(
  source: FrameSource<Frame>,
  rank: Ranking,
  { smoothing = 0, interval = 0, signal, maxPixels, maxBytes, sources }: StreamOptions,
  ending: Ending,
  scoresOf: (frame: Frame, options: PhotoOptions) => Promise<Float32Array>,
): AsyncGenerator<Classification[], void, undefined> {
  let mean: Float32Array | undefined;
  let last = -Infinity;
  const wait = ending.wait(signal);
  try {
    for await (const frame of framesOf(source, wait.signal)) {
      const now = performance.now();
      if (now - last < interval) continue;
      last = now;
      const scores = await scoresOf(frame, { signal, maxPixels, maxBytes, sources });
      mean = mean && smoothing ? mean.map((value, i) => smoothing * value + (1 - smoothing) * scores[i]!) : scores;
      yield rank(mean);
    }
  } finally {
    wait.release();
  }
}
