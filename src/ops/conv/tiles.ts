// Images in tiles for Winograd's convolutions, and the kernels that work on them.

import { ALIGNMENT, alignUp } from '../../ir/plan.js';
import type { Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import type { ConvAttrs } from './attrs.js';
import { geometryOf, type Geometry } from './geometry.js';
import { roundUp } from './packing.js';
import { placesOf, type TileSize } from './winograd-weights.js';

/** Memory for the transformed tiles that are in work, so that they and the weights of a place stay in cache. */
const CHUNK_BYTES = 640 * 1024;

/**
 * Tiles of `m` x `m` pixels, of which a row of an image has `across`; how many there are and how many are in work at a time; the
 * floats of a transformed pixel before and after the product.
 */
export type Tiles = {
  m: TileSize;
  across: number;
  total: number;
  chunk: number;
  readStride: number;
  madeStride: number;
};

/** The tiles of an image, of which at least `least` are in work at a time. */
export const tilesOf = (
  m: TileSize,
  [height, width]: readonly number[],
  channels: number,
  outputs: number,
  least: number,
): Tiles => {
  const across = Math.ceil(width! / m);
  const total = across * Math.ceil(height! / m);
  const [readStride, madeStride] = [roundUp(channels, 4), roundUp(outputs, 4)];
  const bytes = placesOf(m) * (readStride + madeStride) * 4;
  const fitting = Math.max(least, Math.floor(CHUNK_BYTES / bytes));
  const chunks = Math.ceil(total / fitting);
  return { m, across, total, chunk: roundUp(Math.ceil(total / chunks), 4), readStride, madeStride };
};

/** What `chunkBytes` of both pixels are at most for these channels and outputs or fewer of them. */
export const mostTileBytes = (
  m: TileSize,
  sizes: readonly number[],
  channels: number,
  outputs: number,
  least: number,
): number => {
  const { total, readStride, madeStride } = tilesOf(m, sizes, channels, outputs, least);
  const tile = placesOf(m) * (readStride + madeStride) * 4;
  return (
    Math.min(roundUp(total, 4) * tile, Math.max(CHUNK_BYTES, least * tile) + 4 * tile) + placesOf(m) * 4 * ALIGNMENT
  );
};

/**
 * Bytes between the places of a tile if each has this many: an odd number of cache lines, so that the places of a pixel are not
 * in the same set of the cache.
 */
export const planeBytes = (bytes: number): number =>
  alignUp(bytes) + (alignUp(bytes) % (2 * ALIGNMENT) ? 0 : ALIGNMENT);

/** Bytes of the transformed pixels of a chunk of tiles that have `stride` floats. */
export const chunkBytes = ({ m, chunk }: Tiles, stride: number): number => placesOf(m) * planeBytes(chunk * stride * 4);

/** The geometry of an image padded to whole tiles. */
export const tiledGeometry = (m: TileSize, x: Value, output: Value, attrs: ConvAttrs): Geometry => {
  const geometry = geometryOf(x, attrs);
  const ends = geometry.sizes.map(
    (size, axis) => roundUp(output.shape[axis + 1]!, m) + 2 - size - geometry.pads[axis]!,
  );
  return { ...geometry, pads: [...geometry.pads.slice(0, 2), ...ends] };
};

/** A convolution in tiles; everything that is an address is in bytes. */
export type TileRun = {
  tiles: Tiles;
  /** Where the padded image is, the floats of its rows, and its channels. */
  image: number;
  row: number;
  channels: number;
  /** Where the output is, and its shape. */
  y: number;
  height: number;
  width: number;
  outputs: number;
  bias: number;
  /** Where the first pixel of what is added is; 0 for nothing. */
  residual: number;
  low: number;
  high: number;
  /** Where the transformed pixels are, before and after the product, and memory for the transforms. */
  read: number;
  made: number;
  spare: number;
};

/** Transforms chunks of tiles; `multiply` computes the products of each, of so many rows. */
export const runTiles = (kernels: Kernels, run: TileRun, multiply: (rows: number) => void): void => {
  const { m, across, total, chunk, readStride, madeStride } = run.tiles;
  const { image, row, channels, y, height, width, outputs, bias, residual, low, high, read, made, spare } = run;
  const [readPlane, madePlane] = [planeBytes(chunk * readStride * 4), planeBytes(chunk * madeStride * 4)];
  for (let first = 0; first < total; first += chunk) {
    const count = Math.min(chunk, total - first);
    kernels.winogradInput(read, image, spare, m, row, channels, across, first, count, readPlane);
    multiply(roundUp(count, 4));
    kernels.winogradOutput(
      y,
      made,
      spare,
      bias,
      residual,
      m,
      height,
      width,
      outputs,
      across,
      first,
      count,
      madePlane,
      low,
      high,
    );
  }
};

/** Panels with the weights of places, which are `placeBytes` apart; everything else is an address or a number. */
export type TilePanels = { weights: number; placeBytes: number; lists: number; records: number; panels: number };

/** Computes the products of `places` places, from `first` on, for `rows` tiles. */
export const runProducts = (
  kernels: Kernels,
  { tiles: { chunk, readStride, madeStride }, read, made }: TileRun,
  { weights, placeBytes, lists, records, panels }: TilePanels,
  rows: number,
  first: number,
  places: number,
): void => {
  const [readPlane, madePlane] = [planeBytes(chunk * readStride * 4), planeBytes(chunk * madeStride * 4)];
  kernels.winogradProducts(
    made + first * madePlane,
    madeStride,
    madePlane,
    read + first * readPlane,
    readStride,
    readPlane,
    weights,
    placeBytes,
    lists,
    records,
    panels,
    rows,
    places,
  );
};
