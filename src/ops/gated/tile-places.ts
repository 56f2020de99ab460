// Scratch memory of gated products in tiles.

import type { Value } from '../../ir/value.js';
import { MAX_PARTS, SPARE } from '../../kernels/parts.js';
import { roundUp } from '../conv/packing.js';
import { mostTileBytes } from '../conv/tiles.js';
import type { TileSize } from '../conv/winograd-weights.js';
import type { GatedSizes } from './panels.js';

/** The least tiles in work at a time: packing the weights of a place should take far less time than its product. */
export const LEAST_TILES = 64;

/** Addresses of a stage in tiles of `m` x `m` pixels. */
export type TilePlaces = {
  m: TileSize;
  /** Biases of chosen outputs. */
  bias: number;
  /** Transformed pixels before and after the product. */
  pixels: number;
  /** Memory for the transforms. */
  spare: number;
};

/** Sizes of the product at each place of a tile. */
export const placeSizes = (sizes: GatedSizes): GatedSizes => ({ ...sizes, taps: 1 });

/** Lays out the memory of a stage in tiles; `take` returns the address of so many bytes. */
export const tilePlaces = (
  m: TileSize,
  { channels, outputs }: GatedSizes,
  output: Pick<Value, 'shape'>,
  take: (bytes: number) => number,
): TilePlaces => ({
  m,
  bias: take(roundUp(outputs, 4) * 4),
  pixels: take(mostTileBytes(m, output.shape.slice(1), channels, outputs, LEAST_TILES)),
  spare: take(SPARE.winograd * MAX_PARTS),
});
