// Chooses between direct convolution and the tiles of Winograd's.

import { channelsOf } from '../../ir/value.js';
import { windowShape } from '../shared/window.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from './attrs.js';
import { weightsPerTap } from './block-weights.js';
import { geometryOf, type Geometry } from './geometry.js';
import { makePanels, panelsCost } from './panels.js';
import { placesOf, type TileSize } from './winograd-weights.js';

/** Costs in the unit of `panelsCost`: of a tile's transforms for 4 channels and 4 outputs, and of a byte of weights. */
export const WINOGRAD_COST = { input: { 2: 6, 4: 27 }, output: { 2: 8, 4: 25 }, byte: 0.03 } as const;

/** The size of the tiles for a convolution; undefined if it is direct: no 3x3 kernel of stride 1, or faster so. */
export const tileSizeFor = (
  { x, bias }: Pick<ConvInputs, 'x' | 'bias' | 'weights'>,
  attrs: ConvAttrs,
): TileSize | undefined => {
  const geometry = geometryOf(x, attrs);
  if (!isPlain3x3(geometry)) return undefined;
  const [channels, outputs] = [channelsOf(x), channelsOf(bias)];
  const blocks = blocksOf(x, bias, attrs);
  const weightBytes = weightsPerTap(blocks) * 4;
  const { sizes, kernel, strides, dilations, pads } = geometry;
  const [height, width] = windowShape(sizes, kernel, strides, dilations, pads, false) as [number, number];
  const direct =
    (panelsCost(makePanels(blocks, outputs, 9), 9) * height * width) / 4 + WINOGRAD_COST.byte * 9 * weightBytes;
  const perPlace = panelsCost(makePanels(blocks, outputs, 1), 1);
  const costOf = (m: TileSize): number => {
    const tiles = Math.ceil(height / m) * Math.ceil(width / m);
    const transforms =
      tiles * (WINOGRAD_COST.input[m] * Math.ceil(channels / 4) + WINOGRAD_COST.output[m] * Math.ceil(outputs / 4));
    return transforms + placesOf(m) * (perPlace * Math.ceil(tiles / 4) + WINOGRAD_COST.byte * weightBytes);
  };
  const [small, large] = [costOf(2), costOf(4)];
  if (Math.min(small, large) >= direct) return undefined;
  return large < small ? 4 : 2;
};

const isPlain3x3 = ({ sizes, kernel, strides, dilations }: Geometry): boolean =>
  sizes.length === 2 &&
  kernel.every((size) => size === 3) &&
  strides.every((stride) => stride === 1) &&
  dilations.every((dilation) => dilation === 1);
