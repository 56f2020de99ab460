// The result of `groupwise prune`, and as text.

import { escaped } from '../errors.js';
import type { Likeness } from '../prune/judge.js';
import type { Pruned, Target } from '../prune/prune.js';
import type { Times } from '../prune/speed.js';
import { percent, plural } from '../report/text.js';
import { inBytes, inMilliseconds } from '../report/units.js';
import { shortenName, table } from './output.js';

/** What `groupwise prune` did. */
export type PruneResult = {
  /** The name of the model, and of the folder of photos. */
  model: string;
  folder: string;
  target: Target;
  photos: { calibration: number; heldOut: number; unreadable: number };
  /** The share of zeros in the weights of the layers that can be pruned. */
  zeros: number;
  /** How many times as fast: by the cost model, and measured; times in milliseconds. */
  speed: { predicted: number; measured: number; times: Times };
  /** How alike both networks are on photos that were held out. */
  likeness: Likeness;
  bytes: { before: number; after: number };
  layers: Pruned['layers'];
  /** Outputs of layers that nothing reads any more and that are gone. */
  unread: number;
  seconds: number;
};

/** Shares of zeros of the layers, largest first. */
const MAX_LAYERS = 5;

const points = (before: number, after: number): string => {
  const difference = (after - before) * 100;
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(1)} points`;
};

/** A result as text. */
export const showPruned = (result: PruneResult): string => {
  const { model, folder, photos, zeros, speed, likeness, bytes, layers, seconds } = result;
  const { agreement, scoreDifference, accuracy } = likeness;
  const unreadable = photos.unreadable ? `, ${photos.unreadable} could not be read` : '';
  const most = [...layers].sort((a, b) => b.zeros - a.zeros).slice(0, MAX_LAYERS);
  return [
    `${escaped(model)} on ${escaped(folder)}: ${plural(photos.calibration, 'photo')} to prune, ${photos.heldOut} others to judge${unreadable}`,
    `zeros      ${percent(zeros)} of the weights of ${plural(layers.length, 'layer')}`,
    `speed      ${speed.measured.toFixed(2)} times as fast: ${inMilliseconds(speed.times.before)} -> ${inMilliseconds(speed.times.after)} (predicted ${speed.predicted.toFixed(2)})`,
    `agreement  ${percent(agreement)} of the photos keep their best class`,
    `scores     differ by ${scoreDifference.toPrecision(2)} on average`,
    accuracy
      ? `accuracy   ${percent(accuracy.before)} -> ${percent(accuracy.after)} (${points(accuracy.before, accuracy.after)}, ${plural(accuracy.photos, 'photo')})`
      : 'accuracy   unknown: the folders of the photos are not the classes of the model',
    `size       ${inBytes(bytes.before)} -> ${inBytes(bytes.after)}`,
    `time       ${seconds.toFixed(0)} s`,
    '',
    table(
      ['most zeros in', 'inputs\t', 'outputs\t', 'zeros\t'],
      most.map((layer) => [shortenName(layer.name), `${layer.inputs}`, `${layer.outputs}`, percent(layer.zeros)]),
    ),
  ].join('\n');
};
