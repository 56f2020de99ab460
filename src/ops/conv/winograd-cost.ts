// Chooses between direct convolution and the tiles of Winograd's.

import { channelsOf } from '../../ir/value.js';
import { windowShape } from '../shared/window.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from './attrs.js';
import { weightsPerTap } from './block-weights.js';
import { geometryOf, type Geometry } from './geometry.js';
import { makePanels, panelsCost } from './panels.js';
import { placesOf, TAPS, type TileSize } from './winograd-weights.js';

/** Costs in the unit of `panelsCost`: of a tile's transforms for 4 channels and 4 outputs, and of a byte of weights. */
export const WINOGRAD_COST = { input: { 2: 6, 4: 27 }, output: { 2: 8, 4: 25 }, byte: 0.03 } as const;

/** The size of the tiles for a convolution; undefined if it is direct: no 3x3 kernel of stride 1, or faster so. */
export const tileSizeFor = (
  { x, bias }: Pick<ConvInputs, 'x' | 'bias' | 'weights'>,
  attrs: ConvAttrs,
): TileSize | undefined => {
  const geometry = geometryOf(x, attrs);
  if (!isPlain3x3(geometry)) return undefined;
  const outputs = channelsOf(bias);
  const blocks = blocksOf(x, bias, attrs);
  const weights = WINOGRAD_COST.byte * weightsPerTap(blocks) * 4;
  return cheapestTiles(geometry, outputs, {
    direct: panelsCost(makePanels(blocks, outputs, TAPS), TAPS),
    perPlace: panelsCost(makePanels(blocks, outputs, 1), 1),
    weights: { direct: TAPS * weights, 2: placesOf(2) * weights, 4: placesOf(4) * weights },
  });
};

/**
 * What a convolution costs in the unit of `panelsCost`: all taps of four pixels, one place of four tiles, and the weights before
 * any pixel.
 */
export type ProductCosts = { direct: number; perPlace: number; weights: Record<'direct' | TileSize, number> };

/** The size of the tiles for a 3x3 convolution of stride 1; undefined if it is faster without them. */
export const cheapestTiles = (
  { sizes, channels, kernel, strides, dilations, pads }: Geometry,
  outputs: number,
  { direct, perPlace, weights }: ProductCosts,
): TileSize | undefined => {
  const [height, width] = windowShape(sizes, kernel, strides, dilations, pads, false) as [number, number];
  const costOf = (m: TileSize): number => {
    const tiles = Math.ceil(height / m) * Math.ceil(width / m);
    const transforms =
      tiles * (WINOGRAD_COST.input[m] * Math.ceil(channels / 4) + WINOGRAD_COST.output[m] * Math.ceil(outputs / 4));
    return transforms + placesOf(m) * perPlace * Math.ceil(tiles / 4) + weights[m];
  };
  const [small, large] = [costOf(2), costOf(4)];
  if (Math.min(small, large) >= (direct * height * width) / 4 + weights.direct) return undefined;
  return large < small ? 4 : 2;
};

/** Whether a convolution can run in tiles: of images, with a 3x3 kernel of stride 1. */
export const isPlain3x3 = ({ sizes, kernel, strides, dilations }: Geometry): boolean =>
  sizes.length === 2 &&
  kernel.every((size) => size === 3) &&
  strides.every((stride) => stride === 1) &&
  dilations.every((dilation) => dilation === 1);
