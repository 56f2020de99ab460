// Convolutions of int8 values as products of windows and panels of weights, dense or in blocks.

import { intTable, type AddressOf, type Lowered, type Plan, type RowsPlan, type Table } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, shapeInWords, wordsAcross, type Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { blocksOf } from '../conv/attrs.js';
import { rowsByOutput } from '../conv/block-weights.js';
import { eachImage } from '../conv/each-image.js';
import { geometryOf, isPadded, isPointwise, paddedBytes, paddingTable, windowTable } from '../conv/geometry.js';
import { bandOf } from '../conv/packing.js';
import { panelReads, panelWords, type PanelLayout, type PanelReads } from '../conv/panel-tables.js';
import { makePanels, PANEL, type Panel } from '../conv/panels.js';
import type { Int8ConvAttrs, Int8ConvInputs } from './attrs.js';
import { biasInteger, factorOf, weightInteger } from './integers.js';

/** Panels of integers: biases, factors, then weights of 16 bits for each pair of inputs. */
const LAYOUT: PanelLayout = { head: 2, bytes: 2 };

/** A value whose channels are words, pairs of integers. */
export const inWords = (value: Value): Value => ({ ...value, shape: shapeInWords(value) });

type Product = PanelReads & { weights: Table; panels: readonly Panel[]; attrs: Int8ConvAttrs };

/** The kernel `convInt8`, for every convolution that is not depthwise. */
export const lowerPanelsInt8 = (own: Int8ConvInputs, attrs: Int8ConvAttrs): Lowered<Int8ConvInputs> => {
  const { weights, scales, bias } = own;
  const taps = sizeOf(attrs.kernel);
  const panels = panelsOfPairs(own, attrs, taps);
  const packed = packedPanels(panels, own, attrs);
  return {
    packed: [packed],
    replaces: [weights, scales, bias],
    plan: (inputs, output) => {
      const words = inWords(inputs.x);
      const geometry = geometryOf(words, attrs);
      const product = { ...panelReads(geometry, panels, LAYOUT), weights: packed, panels, attrs };
      const { tables = [], ...rest }: Plan = isPointwise(geometry)
        ? { algorithms: ['pointwise int8'], rows: pointwiseRows(product, inputs.x, output) }
        : planWindows(product, inputs.x, output);
      return { tables: [product.lists, product.records, ...tables], ...rest };
    },
  };
};

/**
 * Panels whose inputs are pairs of channels: those of which they read one or both. Panels that read the same list of channels have
 * one list of pairs.
 */
export const panelsOfPairs = ({ x, bias }: Int8ConvInputs, attrs: Int8ConvAttrs, taps: number): Panel[] => {
  const pairsOf = new Map<readonly number[], readonly number[]>();
  return makePanels(blocksOf(x, bias, attrs), channelsOf(bias), taps).map(({ outputs, inputs }) => {
    let pairs = pairsOf.get(inputs);
    if (!pairs) {
      pairs = [...Int32Array.from(new Set(inputs.map((input) => input >> 1))).sort()];
      pairsOf.set(inputs, pairs);
    }
    return { outputs, inputs: pairs };
  });
};

/** For each panel 8 biases, 8 factors, then its weights [taps][pairs][8][2]. */
const packedPanels = (panels: readonly Panel[], own: Int8ConvInputs, attrs: Int8ConvAttrs): Table => {
  const { x, bias, weights, scales } = own;
  const taps = sizeOf(attrs.kernel);
  const words = panels.reduce((sum, panel) => sum + panelWords(panel, taps, LAYOUT), 0);
  const rows = rowsByOutput(blocksOf(x, bias, attrs), taps);
  return intTable(words, (target) => {
    target.fill(0);
    const floats = new Float32Array(target.buffer, target.byteOffset, words);
    const shorts = new Int16Array(target.buffer, target.byteOffset, words * 2);
    let at = 0;
    for (const panel of panels) {
      const places = new Map(panel.inputs.map((pair, place) => [pair, place]));
      panel.outputs.forEach((output, lane) => {
        target[at + lane] = biasInteger(output, own, attrs);
        floats[at + PANEL + lane] = factorOf(output, own, attrs);
        const row = rows.get(output);
        if (!row) return;
        const scale = scales.data[output]!;
        const base = (at + LAYOUT.head * PANEL) * 2 + lane * 2;
        for (let tap = 0, from = row.start; tap < taps; tap++, from += row.inputs.length) {
          const first = base + tap * panel.inputs.length * PANEL * 2;
          row.inputs.forEach((input, k) => {
            shorts[first + places.get(input >> 1)! * PANEL * 2 + (input & 1)]! += weightInteger(
              weights.data[from + k]!,
              scale,
            );
          });
        }
      });
      at += panelWords(panel, taps, LAYOUT);
    }
  });
};

/** Computes `count` pixels of `y` from `image`; `windows` is 0 if windows are single pixels. */
type Run = (image: number, windows: number, y: number, count: number) => void;

const bindPanels = (
  { panels, weights, lists, records, attrs }: Product,
  words: number,
  outputWords: number,
  depth: number,
  kernels: Kernels,
  address: AddressOf,
): Run => {
  const [w, list, record] = [address(weights), address(lists), address(records)];
  const band = bandOf(depth);
  return (image, windows, y, count) =>
    kernels.convInt8(
      y,
      outputWords,
      image,
      windows ? 0 : words,
      windows,
      w,
      list,
      record,
      panels.length,
      count,
      band,
      attrs.low,
      attrs.high,
    );
};

/** A pointwise convolution, in bands of rows. */
const pointwiseRows = (product: Product, x: Value, output: Value): RowsPlan => ({
  reads: (first, last) => [first, last],
  bind: (kernels, address) => {
    const [words, outputWords] = [wordsAcross(x), wordsAcross(output)];
    const run = bindPanels(product, words, outputWords, words, kernels, address);
    const rowPixels = sizeOf(output.shape.slice(2, -1));
    return (_, first, last, from, to) => {
      const start = first * rowPixels;
      run(from + start * words * 4, 0, to + start * outputWords * 4, (last - first) * rowPixels);
    };
  },
});

/** A convolution of windows of a padded copy of the image. */
const planWindows = (product: Product, x: Value, output: Value): Plan => {
  const geometry = geometryOf(inWords(x), product.attrs);
  const windows = windowTable(geometry, output.shape.slice(1, -1));
  const padding = paddingTable(geometry);
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  return {
    algorithms: ['direct int8'],
    tables: [windows, padding],
    scratch: [padded],
    bind: (kernels, address) => {
      const depth = geometry.channels * sizeOf(geometry.strides);
      const run = bindPanels(product, geometry.channels, wordsAcross(output), depth, kernels, address);
      const [pixels, at] = [sizeOf(output.shape.slice(1, -1)), address(windows)];
      return eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y) =>
        run(image, at, y, pixels),
      );
    },
  };
};
