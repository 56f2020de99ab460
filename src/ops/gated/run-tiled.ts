// The work of a stage in tiles for one sample.

import { isPadded, paddedSizes } from '../conv/geometry.js';
import { chunkBytes, planeBytes, runProducts, runTiles, tilesOf, type TileRun } from '../conv/tiles.js';
import { placesOf, TAPS } from '../conv/winograd-weights.js';
import type { TiledStage } from './layout.js';
import { listChosen, listOutputs, type GatedProduct, type ListedPanels } from './pack.js';
import { CACHED_BYTES, outputsPerStep } from './panels.js';
import { macsOf, type Bound, type Chosen } from './stage.js';
import { LEAST_TILES } from './tile-places.js';

/**
 * Computes a sample of the stage with index `i` from the image at `x`, which holds the channels `read`, or all; returns its
 * multiply-accumulates, counted as those of a direct product.
 */
export const runTiled = (
  bound: Bound,
  i: number,
  stage: TiledStage,
  sample: number,
  read: Chosen | undefined,
  made: Chosen | undefined,
  x: number,
  y: number,
): number => {
  const { kernels, constants, sampleOf } = bound;
  const { tiles: own, sizes, places, member, geometry } = stage;
  const { bias, weights, taps } = constants[i]!;
  const gates = sampleOf(member.gates, sample);
  const kept = read ?? (gates ? keptChannels(bound, stage, gates) : undefined);
  const [channels, outputs] = [kept?.count ?? sizes.channels, made?.count ?? sizes.outputs];
  if (!outputs) return 0;
  const product: GatedProduct = { kernels, sizes, weights, bias, places, limit: CACHED_BYTES / placesOf(own.m) };
  const reads = { gates, stride: channels, positions: kept?.positions ?? 0, taps };
  const panels = made ? listChosen(product, reads, made) : listOutputs(product, reads);
  if (made) kernels.gatherFilters(own.bias, bias, made.list, outputs, 1, sizes.outputs);
  const [, height, width] = member.node.output.shape as [number, number, number];
  const tiles = tilesOf(own.m, [height, width], channels, outputs, LEAST_TILES);
  const run: TileRun = {
    ...{ tiles, image: tiledImage(bound, stage, read, kept, x), row: paddedSizes(geometry)[1]! * channels, channels },
    ...{ y, height, width, outputs, bias: made ? own.bias : bias, residual: sampleOf(member.residual, sample) },
    ...{ low: member.attrs.low, high: member.attrs.high },
    ...{ read: own.pixels, made: own.pixels + chunkBytes(tiles, tiles.readStride), spare: own.spare },
  };
  runTiles(kernels, run, (rows) => multiplyTiles(product, panels, run, rows));
  return macsOf(stage, made, panels.macs * TAPS);
};

/** The channels that any head keeps. */
const keptChannels = ({ kernels }: Bound, { tiles: { list, positions }, sizes }: TiledStage, gates: number): Chosen => {
  const kept = kernels.gateUnion(list, positions, gates, sizes.heads, sizes.channels, 1);
  return { list, positions, kept, count: kept };
};

/** The padded image of the channels that the stage reads. */
const tiledImage = (
  { kernels }: Bound,
  { geometry, padded, sizes }: TiledStage,
  read: Chosen | undefined,
  kept: Chosen | undefined,
  x: number,
): number => {
  const [[height, width], [top, left, bottom, right]] = [geometry.sizes, geometry.pads] as [number[], number[]];
  const count = kept?.count ?? sizes.channels;
  if (!read && kept && count < sizes.channels) {
    kernels.padChosen(
      ...([padded!, x, kept.list, count, height!, width!, sizes.channels, top!, left!, bottom!, right!] as const),
    );
  } else if (!isPadded(geometry)) return x;
  else if (count) kernels.padImage(padded!, x, height!, width!, count, top!, left!, bottom!, right!);
  return padded!;
};

/** Packs panels for all places and multiplies them with `rows` tiles, few enough panels at a time to stay in cache. */
const multiplyTiles = (product: GatedProduct, { ranges }: ListedPanels, run: TileRun, rows: number): void => {
  const { kernels, places, sizes, weights } = product;
  const { m } = run.tiles;
  for (const { records, sources, count, bytes } of ranges) {
    const plane = planeBytes(bytes);
    kernels.gateTiles(
      places.panels,
      plane,
      weights,
      records,
      sources,
      count,
      m,
      sizes.channels,
      outputsPerStep(sizes),
      run.spare,
    );
    const panels = { weights: places.panels, placeBytes: plane, lists: places.lists, records, panels: count };
    runProducts(kernels, run, panels, rows, 0, placesOf(m));
  }
};
