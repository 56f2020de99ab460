// 3x3 convolutions of int8 values of stride 1 by Winograd's algorithm: fewer multiplications, the same integers.

import type { Lowered, Plan, Table } from '../../ir/plan.js';
import { channelsOf, wordsAcross, type Value } from '../../ir/value.js';
import { MAX_PARTS, SPARE } from '../../kernels/parts.js';
import { blocksOf } from '../conv/attrs.js';
import { rowsByOutput } from '../conv/block-weights.js';
import { eachImage } from '../conv/each-image.js';
import { geometryOf, isPadded, paddedBytes, paddedSizes, paddingTable } from '../conv/geometry.js';
import { roundUp } from '../conv/packing.js';
import { panelReads, type PanelLayout, type PanelReads } from '../conv/panel-tables.js';
import { PANEL, type Panel } from '../conv/panels.js';
import { chunkBytes, planeBytes, tiledGeometry, tilesOf } from '../conv/tiles.js';
import { isPlain3x3 } from '../conv/winograd-cost.js';
import { pixelGeometry } from '../conv/winograd.js';
import { placesOf, TAPS, winogradName } from '../conv/winograd-weights.js';
import type { Int8ConvAttrs, Int8ConvInputs } from './attrs.js';
import { biasInteger, endsTable, fitsSums, largestSum, shortTable, weightInteger } from './integers.js';
import { inWords, panelsOfPairs } from './panels-int8.js';

/** Rows and columns of a tile: larger ones would need weights of more than 16 bits. */
const M = 2;

const PLACES = placesOf(M);

/** Tiles that the kernel computes together. */
const ROWS = 4;

/** Panels of weights of 16 bits for pairs of inputs, whose results are sums of 32 bits. */
const LAYOUT: PanelLayout = { head: 0, bytes: 4 };

/**
 * Costs of one pair of inputs of a panel for four pixels: of a panel itself, of a tile's transforms for 8 inputs and for 4 outputs,
 * and of a byte of weights. Measured on x86-64.
 */
const COST = { panel: 5, input: 6, output: 5, byte: 0.02 } as const;

type Product = PanelReads & {
  panels: readonly Panel[];
  weights: Table;
  ends: Table;
  placeWords: number;
  attrs: Int8ConvAttrs;
};

/**
 * The kernels `winogradInputInt8`, `winogradSumsInt8` and `winogradOutputInt8`; undefined for other convolutions, and where another
 * kernel is faster.
 */
export const lowerWinogradInt8 = (own: Int8ConvInputs, attrs: Int8ConvAttrs): Lowered<Int8ConvInputs> | undefined => {
  const { x, weights, scales, bias } = own;
  if (!isPlain3x3(geometryOf(x, attrs))) return undefined;
  const panels = panelsOfPairs(own, attrs, 1);
  if (!isFaster(own, panels) || !sumsFit(own, attrs)) return undefined;
  const placeWords = panels.reduce((sum, { inputs }) => sum + inputs.length * PANEL, 0);
  const product: Product = {
    ...{ panels, placeWords, attrs },
    weights: weightTable(panels, placeWords, own, attrs),
    ends: endsTable(own, attrs),
    ...panelReads(pixelGeometry(wordsAcross(x)), panels, LAYOUT),
  };
  return {
    packed: [product.weights, product.ends],
    replaces: [weights, scales, bias],
    plan: (inputs, output) => planTiles(product, inputs, output),
  };
};

const isFaster = ({ x, bias }: Int8ConvInputs, panels: readonly Panel[]): boolean => {
  const [, height, width] = x.shape as [number, number, number];
  const pairs = panels.reduce((sum, { inputs }) => sum + inputs.length, 0);
  const costOf = (pixels: number, taps: number) =>
    Math.ceil(pixels / ROWS) * (COST.panel * panels.length + taps * pairs);
  const weights = COST.byte * pairs * PANEL * 4;
  const tiles = Math.ceil(height / M) * Math.ceil(width / M);
  const transforms = COST.input * Math.ceil(wordsAcross(x) / 4) + COST.output * Math.ceil(channelsOf(bias) / 4);
  const direct = costOf(height * width, TAPS) + weights * TAPS;
  return PLACES * (costOf(tiles, 1) + weights) + tiles * transforms < direct;
};

/** Whether four times every sum that inputs can give has at most 32 bits. */
const sumsFit = (own: Int8ConvInputs, attrs: Int8ConvAttrs): boolean => {
  const { x, bias, weights, scales } = own;
  for (const [output, { start, inputs }] of rowsByOutput(blocksOf(x, bias, attrs), TAPS)) {
    const row = weights.data.subarray(start, start + TAPS * inputs.length);
    const integers = row.map((weight) => weightInteger(weight, scales.data[output]!));
    if (!fitsSums(largestSum(integers, biasInteger(output, own, attrs)), M * M)) return false;
  }
  return true;
};

/** Transformed filters, place after place, for each panel [pairs][8][2]. */
const weightTable = (
  panels: readonly Panel[],
  placeWords: number,
  { x, bias, weights, scales }: Int8ConvInputs,
  attrs: Int8ConvAttrs,
): Table => {
  const rows = rowsByOutput(blocksOf(x, bias, attrs), TAPS);
  return shortTable(placeWords * PLACES, (target) => {
    target.fill(0);
    const filter = new Int32Array(TAPS);
    let first = 0;
    for (const { outputs, inputs } of panels) {
      const places = new Map(inputs.map((pair, place) => [pair, place]));
      outputs.forEach((output, lane) => {
        const row = rows.get(output);
        if (!row) return;
        const scale = scales.data[output]!;
        for (let k = 0; k < row.inputs.length; k++) {
          const input = row.inputs[k]!;
          for (let tap = 0, at = row.start + k; tap < TAPS; tap++, at += row.inputs.length)
            filter[tap] = weightInteger(weights.data[at]!, scale);
          const at = first + (places.get(input >> 1)! * PANEL + lane) * 2 + (input & 1);
          transform(target, at, placeWords * 2, filter);
        }
      });
      first += inputs.length * PANEL * 2;
    }
  });
};

/** The columns of a filter times 2 G, whose rows are (2 0 0), (1 1 1), (1 -1 1), (0 0 2): four numbers for each. */
const between = new Int32Array(12);

/** Writes (2 G) g (2 G)^T of a filter g, its 16 places `step` numbers apart from `at` on. */
const transform = (target: Int16Array, at: number, step: number, g: Int32Array): void => {
  for (let column = 0; column < 3; column++) {
    const [a, b, c] = [g[column]!, g[column + 3]!, g[column + 6]!];
    between[column * 4] = 2 * a;
    between[column * 4 + 1] = a + b + c;
    between[column * 4 + 2] = a - b + c;
    between[column * 4 + 3] = 2 * c;
  }
  for (let row = 0; row < 4; row++, at += 4 * step) {
    const [a, b, c] = [between[row]!, between[4 + row]!, between[8 + row]!];
    target[at] = 2 * a;
    target[at + step] = a + b + c;
    target[at + 2 * step] = a - b + c;
    target[at + 3 * step] = 2 * c;
  }
};

const planTiles = (product: Product, { x }: Int8ConvInputs, output: Value): Plan => {
  const { attrs, panels, placeWords, lists, records } = product;
  const { low, high } = attrs;
  const outputs = channelsOf(output);
  const geometry = tiledGeometry(M, inWords(x), output, attrs);
  const tiles = tilesOf(M, output.shape.slice(1), geometry.channels, outputs, ROWS);
  const { across, total, chunk, readStride, madeStride } = tiles;
  const padding = paddingTable(geometry);
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  const [readPlane, madePlane] = [planeBytes(chunk * readStride * 4), planeBytes(chunk * madeStride * 4)];
  const read = { bytes: chunkBytes(tiles, readStride) };
  const made = { bytes: chunkBytes(tiles, madeStride) };
  const spare = { bytes: SPARE.winograd * MAX_PARTS };
  const [, height, width] = output.shape as [number, number, number];
  const row = paddedSizes(geometry)[1]! * geometry.channels;
  return {
    algorithms: [`${winogradName(M)} int8`],
    tables: [lists, records, padding],
    scratch: [padded, read, made, spare],
    bind: (kernels, address) => {
      const [v, p, room] = [address(read), address(made), address(spare)];
      const [w, ends, list, record] = [
        address(product.weights),
        address(product.ends),
        address(lists),
        address(records),
      ];
      return eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y) => {
        for (let first = 0; first < total; first += chunk) {
          const count = Math.min(chunk, total - first);
          kernels.winogradInputInt8(v, image, room, row, geometry.channels, across, first, count, readPlane);
          kernels.winogradSumsInt8(
            ...[p, madeStride, madePlane, v, readStride, readPlane, w, placeWords * 4],
            ...[list, record, panels.length, roundUp(count, ROWS), PLACES],
          );
          kernels.winogradOutputInt8(
            ...[y, p, room, ends, height, width, outputs, across, first, count, madePlane, low, high],
          );
        }
      });
    },
  };
};
