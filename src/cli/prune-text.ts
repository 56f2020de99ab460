// The result of `groupwise prune`, and as text.

import type { Comparison } from '../calibration/comparison.js';
import type { Pruned, Target } from '../prune/prune.js';
import { percent, plural } from '../report/text.js';
import { likenessLines, photosLines, sizeLines, speedLine, worstTable } from './comparison-text.js';
import { shortenName, table } from './output.js';

/** What `groupwise prune` did. */
export type PruneResult = Omit<Comparison, 'speed'> & {
  target: Target;
  /** The share of zeros in the weights of the layers that can be pruned. */
  zeros: number;
  /** How many times as fast: by the cost model, and measured. */
  speed: Comparison['speed'] & { predicted: number };
  layers: Pruned['layers'];
  /** Outputs of layers that nothing reads any more and that are gone. */
  unread: number;
};

/** Shares of zeros of the layers, largest first. */
const MAX_LAYERS = 5;

/** A result as text; `labels` are the names of the classes. */
export const showPruned = (result: PruneResult, labels: readonly string[] | undefined): string => {
  const { zeros, speed, layers } = result;
  const most = [...layers].sort((a, b) => b.zeros - a.zeros).slice(0, MAX_LAYERS);
  return [
    ...photosLines(result, 'prune'),
    `zeros      ${percent(zeros)} of the weights of ${plural(layers.length, 'layer')}`,
    `${speedLine(result)} (predicted: ${speed.predicted.toFixed(2)} times)`,
    ...likenessLines(result),
    ...sizeLines(result),
    '',
    table(
      ['most zeros in', 'inputs\t', 'outputs\t', 'zeros\t'],
      most.map((layer) => [shortenName(layer.name), `${layer.inputs}`, `${layer.outputs}`, percent(layer.zeros)]),
    ),
    ...worstTable(result, labels),
  ].join('\n');
};
