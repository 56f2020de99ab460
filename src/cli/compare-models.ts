// Compares a classifier with the network that was made of it, on photos that were held out.

import type { Comparison, WorstPhoto } from '../calibration/comparison.js';
import { compareScores, largestChanges, type Likeness } from '../calibration/likeness.js';
import { openScorer } from '../calibration/scores.js';
import { measureTimes } from '../calibration/times.js';
import { matchClasses, type Matching } from '../eval/classes.js';
import { isPicture } from '../eval/picture-set.js';
import { SetError } from '../eval/set-error.js';
import { thumbnail } from '../eval/thumbnail.js';
import type { Files } from '../eval/stored-file.js';
import { openModel } from '../format/open.js';
import { loadModel } from '../node.js';
import { eachPhoto, type Adapting, type Opened } from './calibrated.js';
import { naming } from './files.js';

/** Photos that are shown, those whose scores changed most. */
const WORST = 12;

/** What comparing gives: photos that could not be read are counted. */
export type Compared = Pick<Comparison, 'likeness' | 'speed' | 'worst'> & { unreadable: number };

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
  const classes = { count: scores[0]!.length, labels: file.metadata.labels };
  const truths = await naming(adapting.folder, () => truthsOf(paths, opened.files.paths, classes, adapting.matching));
  const likeness: Likeness = compareScores(scores, now, truths);
  const worst = largestChanges(scores, now, WORST).map(({ photo, ...change }) => ({ path: paths[photo]!, ...change }));
  using fast = await loadModel(written);
  const times = measureTimes(model, fast, { data: first!, shape: model.sampleInputs[0]!.shape });
  const speed = { measured: times.before / times.after, times };
  return { likeness, speed, worst, unreadable: unreadable.length };
};

/** The class of each photo by the folder that it is in, among those of `all` photos; unknown if the folders are no classes. */
const truthsOf = (
  paths: readonly string[],
  all: readonly string[],
  model: Parameters<typeof matchClasses>[1],
  matching: Matching,
): (number | undefined)[] => {
  const folderOf = (path: string) => path.split('/').at(-2) ?? '';
  try {
    const folders = new Set(all.filter(isPicture).map(folderOf));
    const { classes } = matchClasses([...folders].sort(), model, matching);
    return paths.map((path) => classes.get(folderOf(path)));
  } catch (error) {
    if (matching !== 'labels' || !(error instanceof SetError)) throw error;
    return paths.map(() => undefined);
  }
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
