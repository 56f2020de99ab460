// 3x3 convolutions of stride 1 by Winograd's algorithm: fewer multiplications, other rounding.

import { alignUp, type AddressOf, type Lowered, type Numerics, type Plan, type Scratch } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from './attrs.js';
import { MAX_PARTS, SPARE } from '../../kernels/parts.js';
import { eachImage } from './each-image.js';
import { geometryOf, isPadded, paddedBytes, paddedSizes, paddingTable, type Geometry } from './geometry.js';
import { biasTable, roundUp } from './packing.js';
import { panelReads, type PanelReads } from './panel-tables.js';
import { makePanels, type Panel } from './panels.js';
import { tileSizeFor } from './winograd-cost.js';
import { placesOf, transformedWeights, wordsPerPlace, type TileSize } from './winograd-weights.js';

/** Memory for the transformed tiles that are in work, so that they and the weights of a place stay in cache. */
const CHUNK_BYTES = 640 * 1024;

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
const pixelGeometry = (channels: number): Geometry => ({
  ...{ sizes: [1, 1], channels },
  ...{ kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
});

/** The tiles of an image, how many are in work at a time, and the floats of a transformed pixel before and after the product. */
type Tiles = { across: number; total: number; chunk: number; readStride: number; madeStride: number };

const tilesOf = (m: TileSize, [height, width]: readonly number[], channels: number, outputs: number): Tiles => {
  const across = Math.ceil(width! / m);
  const total = across * Math.ceil(height! / m);
  const [readStride, madeStride] = [roundUp(channels, 4), roundUp(outputs, 4)];
  const bytes = placesOf(m) * (readStride + madeStride) * 4;
  const fitting = Math.max(4, Math.floor(CHUNK_BYTES / bytes));
  const chunks = Math.ceil(total / fitting);
  return { across, total, chunk: roundUp(Math.ceil(total / chunks), 4), readStride, madeStride };
};

/** The geometry of an image padded to whole tiles. */
const tiledGeometry = (m: TileSize, x: Value, output: Value, attrs: ConvAttrs): Geometry => {
  const geometry = geometryOf(x, attrs);
  const ends = geometry.sizes.map(
    (size, axis) => roundUp(output.shape[axis + 1]!, m) + 2 - size - geometry.pads[axis]!,
  );
  return { ...geometry, pads: [...geometry.pads.slice(0, 2), ...ends] };
};

const planTiles = (product: Product, inputs: ConvInputs, output: Value): Plan => {
  const { m, attrs } = product;
  const geometry = tiledGeometry(m, inputs.x, output, attrs);
  const tiles = tilesOf(m, output.shape.slice(1), geometry.channels, channelsOf(output));
  const padding = paddingTable(geometry);
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  const bytesFor = (stride: number) => alignUp(placesOf(m) * tiles.chunk * stride * 4);
  const [read, made] = [{ bytes: bytesFor(tiles.readStride) }, { bytes: bytesFor(tiles.madeStride) }];
  const spare = { bytes: SPARE.winograd * MAX_PARTS };
  return {
    algorithms: [`Winograd F(${m},3)`],
    tables: [product.lists, product.records, padding],
    scratch: [padded, read, made, spare],
    overwrites: inputs.residual,
    bind: (kernels, address) => {
      const run = bindTiles({ product, tiles, geometry, read, made, spare, output }, kernels, address);
      const extra = inputs.residual && address(inputs.residual);
      const imageBytes = sizeOf(output.shape.slice(1)) * 4;
      return eachImage(kernels, address, { x: inputs.x, output, geometry, padding, padded }, (image, y, sample) =>
        run(image, y, extra === undefined ? 0 : extra + sample * imageBytes),
      );
    },
  };
};

type Work = {
  product: Product;
  tiles: Tiles;
  geometry: Geometry;
  read: Scratch;
  made: Scratch;
  spare: Scratch;
  output: Value;
};

/** A function that computes the image at `y` from the padded one at `image`. */
const bindTiles = (
  { product, tiles, geometry, read, made, spare, output }: Work,
  kernels: Kernels,
  address: AddressOf,
): ((image: number, y: number, residual: number) => void) => {
  const { m, attrs, panels } = product;
  const { channels } = geometry;
  const [, height, width, outputs] = output.shape as [number, number, number, number];
  const [from, to, between] = [address(read), address(made), address(spare)];
  const [weights, bias] = [address(product.weights), address(product.biases)];
  const row = paddedSizes(geometry)[1]! * channels;
  const { across, total, chunk, readStride, madeStride } = tiles;
  const [readPlane, madePlane] = [chunk * readStride * 4, chunk * madeStride * 4];
  const placeBytes = wordsPerPlace(panels) * 4;
  const [lists, records] = [address(product.lists), address(product.records)];
  return (image, y, residual) => {
    for (let first = 0; first < total; first += chunk) {
      const count = Math.min(chunk, total - first);
      kernels.winogradInput(from, image, between, m, row, channels, across, first, count, readPlane);
      kernels.winogradProducts(
        to,
        madeStride,
        madePlane,
        from,
        readStride,
        readPlane,
        weights,
        placeBytes,
        lists,
        records,
        panels.length,
        roundUp(count, 4),
        placesOf(m),
      );
      const { low, high } = attrs;
      kernels.winogradOutput(
        y,
        to,
        between,
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
};
