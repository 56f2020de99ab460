// Operators that sample images at coordinates.

import { sizeOf } from '../../../ir/tensor.js';
import { matmul } from '../../../ops/matmul.js';
import { gridSample } from '../../../ops/scripted/grid-sample.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

/** The modes of GridSample; opset 20 renamed two of them. */
const MODES = { linear: 'linear', bilinear: 'linear', nearest: 'nearest', cubic: 'cubic', bicubic: 'cubic' } as const;

const gridSampleRule: Rule = (node, build) => {
  const attrs = {
    mode: MODES[node.word('mode', Object.keys(MODES) as (keyof typeof MODES)[])],
    padding: node.word('padding_mode', ['zeros', 'border', 'reflection']),
    align: node.flag('align_corners', false),
  };
  return build.op(gridSample, attrs, [node.input(0), node.input(1)]);
};

/** The coordinates of an image's pixels, [pixels, axes + 1]; the last axis comes first, and 1 last. */
const pixelCoordinates = (sizes: readonly number[], align: boolean): number[] => {
  const along = (size: number, i: number) =>
    align ? (size > 1 ? (2 * i) / (size - 1) - 1 : 0) : (2 * i + 1) / size - 1;
  return Array.from({ length: sizeOf(sizes) }, (_, pixel) => {
    let rest = pixel;
    const place = [...sizes].reverse().map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return along(size, index);
    });
    return [...place, 1];
  }).flat();
};

/** A product of the coordinates of all pixels with the matrix of each sample. */
const affineGridRule: Rule = (node, build) => {
  const theta = node.input(0);
  const sizes = (node.numbers(1) ?? refuse('the size is missing')).slice(2);
  const rank = sizes.length;
  if (theta.shape.length !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1)
    refuse(`matrices of ${theta.shape.slice(1).join(' x ')} do not fit ${rank} spatial axes`);
  const coordinates = pixelCoordinates(sizes, node.flag('align_corners', false));
  const pixels = build.floats(coordinates, [sizeOf(sizes), rank + 1]);
  const y = build.op(matmul, { low: -Infinity, high: Infinity }, [pixels, build.transpose(theta, [0, 2, 1])]);
  return build.reshape(y, [theta.shape[0]!, ...sizes, rank]);
};

export const samplingRules: Rules = { GridSample: gridSampleRule, AffineGrid: affineGridRule };
