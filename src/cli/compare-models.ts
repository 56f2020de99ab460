// Compares a classifier with the network that was made of it, on photos that were held out.

import type { Comparison, WorstPhoto } from '../calibration/comparison.js';
import { compareScores, largestChanges, type Likeness } from '../calibration/likeness.js';
import { openScorer } from '../calibration/scores.js';
import { measureTimes } from '../calibration/times.js';
import { thumbnail } from '../eval/thumbnail.js';
import type { Files } from '../eval/stored-file.js';
import { openModel } from '../format/open.js';
import { loadModel } from '../node.js';
import { withProgress } from './progress.js';
import { eachPhoto, type Adapting, type Opened } from './calibrated.js';

/** Photos that are shown, those whose scores changed most. */
const WORST = 12;

/** What comparing gives. */
export type Compared = Pick<Comparison, 'likeness' | 'speed' | 'worst' | 'unreadable'>;

/** Compares an open classifier with the model file that was written of it. */
export const compareModels = async (adapting: Adapting, opened: Opened, written: Uint8Array): Promise<Compared> => {
  const { classifier, file } = opened;
  const { model } = classifier;
  using before = await openScorer(file.graph);
  using after = await openScorer((await openModel(written)).graph);
  let first: Float32Array | undefined;
  const { photos, unreadable } = await eachPhoto(adapting, opened, opened.choice.heldOut, 'photos judged', (input) => {
    first ??= input;
    return [before.scores(input), after.scores(input)] as const;
  });
  const [scores, now] = [photos.map(({ data }) => data[0]), photos.map(({ data }) => data[1])];
  const paths = photos.map(({ path }) => path);
  const likeness: Likeness = compareScores(scores, now, paths.map(opened.classOf));
  const worst = largestChanges(scores, now, WORST).map(({ photo, ...change }) => ({ path: paths[photo]!, ...change }));
  using fast = await loadModel(written);
  const input = { data: first!, shape: model.sampleInputs[0]!.shape };
  const times = await withProgress('of the speed measured', (show) => measureTimes(model, fast, input, show));
  const speed = { measured: times.before / times.after, times };
  return { likeness, speed, worst, unreadable };
};

/** The same photos with thumbnails. */
export const withPictures = async (files: Files, worst: readonly WorstPhoto[]): Promise<WorstPhoto[]> => {
  const pictures = new Map<string, string>();
  for await (const file of files.read(new Set(worst.map(({ path }) => path))))
    if ('bytes' in file) pictures.set(file.path, await thumbnail(file.bytes));
  return worst.map((photo) => ({ ...photo, ...(pictures.has(photo.path) && { picture: pictures.get(photo.path)! }) }));
};

/** A result without thumbnails, for JSON. */
export const withoutPictures = <T extends Pick<Comparison, 'worst'>>(result: T): T => ({
  ...result,
  worst: result.worst.map(({ picture: _, ...photo }) => photo),
});
