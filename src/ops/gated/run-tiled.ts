// The work of a stage in tiles for one sample.

import { paddedSizes } from '../conv/geometry.js';
import { chunkBytes, planeBytes, runProducts, runTiles, tilesOf, type TileRun } from '../conv/tiles.js';
import { placesOf, TAPS } from '../conv/winograd-weights.js';
import type { TiledStage } from './layout.js';
import { listChosen, listOutputs, type GatedProduct, type ListedPanels } from './pack.js';
import { CACHED_BYTES, outputsPerStep } from './panels.js';
import { macsOf, type Bound, type Chosen } from './stage.js';
import { LEAST_TILES } from './tile-places.js';

/**
 * Computes a sample of the stage with index `i` from the padded image, which holds the channels `read`, or all; returns its
 * multiply-accumulates, counted as those of a direct product.
 */
export const runTiled = (
  { kernels, constants, sampleOf }: Bound,
  i: number,
  stage: TiledStage,
  sample: number,
  read: Chosen | undefined,
  made: Chosen | undefined,
  image: number,
  y: number,
): number => {
  const { tiles: own, sizes, places, member, geometry } = stage;
  const { bias, weights, taps } = constants[i]!;
  const gates = sampleOf(member.gates, sample);
  const [channels, outputs] = [read?.count ?? sizes.channels, made?.count ?? sizes.outputs];
  if (!outputs) return 0;
  const product: GatedProduct = { kernels, sizes, weights, bias, places, limit: CACHED_BYTES / placesOf(own.m) };
  const reads = { gates, stride: channels, positions: read?.positions ?? 0, taps };
  const panels = made ? listChosen(product, reads, made) : listOutputs(product, reads);
  if (made) kernels.gatherFilters(own.bias, bias, made.list, outputs, 1, sizes.outputs);
  const [, height, width] = member.node.output.shape as [number, number, number];
  const tiles = tilesOf(own.m, [height, width], channels, outputs, LEAST_TILES);
  const run: TileRun = {
    ...{ tiles, image, row: paddedSizes(geometry)[1]! * channels, channels },
    ...{ y, height, width, outputs, bias: made ? own.bias : bias, residual: sampleOf(member.residual, sample) },
    ...{ low: member.attrs.low, high: member.attrs.high },
    ...{ read: own.pixels, made: own.pixels + chunkBytes(tiles, tiles.readStride), spare: own.spare },
  };
  runTiles(kernels, run, (rows) => multiplyTiles(product, panels, run, rows));
  return macsOf(stage, made, panels.macs * TAPS);
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
