// 3x3 convolutions of stride 1 by Winograd's algorithm: fewer multiplications, other rounding.

import type { Lowered, Numerics, Plan } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from './attrs.js';
import { MAX_PARTS, SPARE } from '../../kernels/parts.js';
import { eachImage } from './each-image.js';
import { isPadded, paddedBytes, paddedSizes, paddingTable, type Geometry } from './geometry.js';
import { biasTable } from './packing.js';
import { panelReads, type PanelReads } from './panel-tables.js';
import { makePanels, type Panel } from './panels.js';
import { chunkBytes, runProducts, runTiles, tiledGeometry, tilesOf, type TileRun } from './tiles.js';
import { tileSizeFor } from './winograd-cost.js';
import { placesOf, transformedWeights, winogradName, wordsPerPlace, type TileSize } from './winograd-weights.js';

/** A layer with its transformed weights. */
type Product = PanelReads & {
  m: TileSize;
  attrs: ConvAttrs;
  panels: readonly Panel[];
  weights: PanelReads['lists'];
  biases: PanelReads['lists'];
};

/**
 * The kernels `winogradInput` and `winogradOutput`, and a product of panels for each place of a tile between them; undefined
 * where results must be exact, or another kernel is faster.
 */
export const lowerWinograd = (
  inputs: ConvInputs,
  attrs: ConvAttrs,
  numerics: Numerics,
): Lowered<ConvInputs> | undefined => {
  const m = numerics === 'fast' ? tileSizeFor(inputs, attrs) : undefined;
  return m && lowerToTiles(m, inputs, attrs);
};

/** Lowers a 3x3 convolution of stride 1 to tiles of `m` x `m` pixels. */
export const lowerToTiles = (m: TileSize, { x, weights, bias }: ConvInputs, attrs: ConvAttrs): Lowered<ConvInputs> => {
  const blocks = blocksOf(x, bias, attrs);
  const panels = makePanels(blocks, channelsOf(bias), 1);
  const product = {
    ...{ m, attrs, panels },
    weights: transformedWeights(m, panels, blocks, weights.data, channelsOf(bias)),
    biases: biasTable(bias.data),
    ...panelReads(pixelGeometry(channelsOf(x)), panels),
  };
  return {
    packed: [product.weights, product.biases],
    replaces: [weights, bias],
    plan: (inputs, output) => planTiles(product, inputs, output),
  };
};

/** How panels read one pixel. */
export const pixelGeometry = (channels: number): Geometry => ({
  ...{ sizes: [1, 1], channels },
  ...{ kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
});

/** The least tiles in work at a time: as many rows as the kernel computes together. */
const LEAST_TILES = 4;

const planTiles = (product: Product, inputs: ConvInputs, output: Value): Plan => {
  const { m, attrs } = product;
  const geometry = tiledGeometry(m, inputs.x, output, attrs);
  const tiles = tilesOf(m, output.shape.slice(1), geometry.channels, channelsOf(output), LEAST_TILES);
  const padding = paddingTable(geometry);
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  const read = { bytes: chunkBytes(tiles, tiles.readStride) };
  const made = { bytes: chunkBytes(tiles, tiles.madeStride) };
  const spare = { bytes: SPARE.winograd * MAX_PARTS };
  return {
    algorithms: [winogradName(m)],
    tables: [product.lists, product.records, padding],
    scratch: [padded, read, made, spare],
    overwrites: inputs.residual,
    bind: (kernels, address) => {
      const panels = {
        ...{ weights: address(product.weights), placeBytes: wordsPerPlace(product.panels) * 4 },
        ...{ lists: address(product.lists), records: address(product.records), panels: product.panels.length },
      };
      const [, height, width, outputs] = output.shape as [number, number, number, number];
      // one object for all samples: making one for each takes longer than a small layer
      const run: TileRun = {
        ...{ tiles, row: paddedSizes(geometry)[1]! * geometry.channels, channels: geometry.channels },
        ...{ height, width, outputs, bias: address(product.biases), low: attrs.low, high: attrs.high },
        ...{ read: address(read), made: address(made), spare: address(spare) },
        ...{ image: 0, y: 0, residual: 0 },
      };
      const extra = inputs.residual && address(inputs.residual);
      const imageBytes = sizeOf(output.shape.slice(1)) * 4;
      const multiply = (rows: number) => runProducts(kernels, run, panels, rows, 0, placesOf(m));
      return eachImage(kernels, address, { x: inputs.x, output, geometry, padding, padded }, (image, y, sample) => {
        run.image = image;
        run.y = y;
        run.residual = extra === undefined ? 0 : extra + sample * imageBytes;
        runTiles(kernels, run, multiply);
      });
    },
  };
};
