// Convolution whose heads read channels chosen per sample (Su et al. 2023, "MSGC").

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { listTable, type Plan, type Table } from '../../ir/plan.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf, samplesOf, type Value } from '../../ir/value.js';
import { GATED_KERNELS } from '../../kernels/modules.js';
import { floatOnly } from '../shared/checks.js';
import { eachImage } from '../conv/each-image.js';
import {
  geometryOf,
  isPadded,
  isPointwise,
  paddedBytes,
  paddingTable,
  tapTable,
  windowTable,
} from '../conv/geometry.js';
import { bandOf, biasTable } from '../conv/packing.js';
import { runPanels } from '../conv/run-panels.js';
import { convShape } from '../conv/shape.js';
import { denseAttrs, GATED_CONV, gatedSizes, inputs, schema, type GatedAttrs, type GatedInputs } from './attrs.js';
import { gatedChains } from './chains.js';
import { listOutputs, packRange } from './pack.js';
import { columnsTable, gatedPlaces, CACHED_BYTES } from './panels.js';

/**
 * y[n][o] = clamp(bias[o] + sum over taps t and channels c of w[o][t][c] * x[n][t][c] * gates[n][floor(o * H / O)][c] +
 * residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights [O, ...kernel, C] and bias [O], constants; gates [N, H, C], where H divides O;
 * optionally a residual of the output's shape. A channel whose gates are 0 is not read. A run counts as MACs the sum
 * over samples and heads of kept channels * O / H * taps * pixels; `macs` is their number if every gate is open.
 */
export const gatedConv = defineOp({
  code: 24,
  name: GATED_CONV,
  inputs,
  attrs: schema,
  kernels: GATED_KERNELS,
  type: floatOnly,
  shape: (own, attrs) => {
    const { x, bias, gates } = own;
    const heads = gates.shape[1]!;
    if (!sameShape(gates.shape, [samplesOf(x), heads, channelsOf(x)]) || channelsOf(bias) % heads) {
      throw new ShapeError(
        `gates of shape ${showShape(gates.shape)} do not fit ${showShape(x.shape)} and ${bias.shape[0]} outputs`,
      );
    }
    return convShape(own, denseAttrs(attrs));
  },
  lower: ({ x, weights, bias, gates }, attrs) => {
    const biases = biasTable(bias.data);
    const columns = columnsTable(weights.data, gatedSizes(x, bias, gates, attrs.kernel));
    return {
      packed: [biases, columns],
      replaces: [weights, bias],
      plan: (own, output) => planGated(own, output, attrs, columns, biases),
    };
  },
  chains: gatedChains,
  macs: ({ x }, output, { kernel }) => channelsOf(x) * sizeOf(kernel) * sizeOf(output.shape),
  structure: ({ x, bias, gates }, output, { kernel }) => {
    const { channels, outputs, heads, taps } = gatedSizes(x, bias, gates, kernel);
    const dense = { macs: channels * taps * sizeOf(output.shape), weights: outputs * (channels * taps + 1) };
    return { kind: 'gated', kernel, heads: { count: heads, inputs: channels, outputs: outputs / heads }, dense };
  },
});

const planGated = (own: GatedInputs, output: Value, attrs: GatedAttrs, columns: Table, biases: Table): Plan => {
  const { x, bias, gates, residual } = own;
  const geometry = geometryOf(x, attrs);
  const sizes = gatedSizes(x, bias, gates, attrs.kernel);
  const { channels, outputs } = sizes;
  const sizesOut = output.shape.slice(1, -1);
  const windows = isPointwise(geometry) ? listTable([]) : windowTable(geometry, sizesOut);
  const [padding, taps] = [paddingTable(geometry), tapTable({ ...geometry, channels: 1 })];
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  const packed = { bytes: gatedPlaces(sizes, 0, CACHED_BYTES).bytes };
  return {
    tables: [padding, windows, taps],
    scratch: [padded, packed],
    overwrites: residual,
    bind: (kernels, address) => {
      const places = gatedPlaces(sizes, address(packed), CACHED_BYTES);
      const constants = { weights: address(columns), bias: address(biases) };
      const product = { kernels, sizes, places, ...constants, limit: CACHED_BYTES };
      const run = {
        ...{ weights: places.panels, lists: places.lists },
        ...{ outputs, channels, windows: isPointwise(geometry) ? 0 : address(windows) },
        ...{ pixels: sizeOf(sizesOut), band: bandOf(channels * sizeOf(attrs.strides)) },
        ...{ low: attrs.low, high: attrs.high },
      };
      const addressOfSample = (value: Value, n: number) => address(value) + n * sizeOf(value.shape.slice(1)) * 4;
      let macs = 0;
      const step = eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y, n) => {
        const reads = { gates: addressOfSample(gates, n), stride: channels, positions: 0, taps: address(taps) };
        const added = residual ? addressOfSample(residual, n) : 0;
        const { ranges, macs: perPixel } = listOutputs(product, reads);
        for (const range of ranges) {
          packRange(product, range);
          const { records, count: panels } = range;
          runPanels(kernels, { ...run, y, image, records, panels, residual: added });
        }
        macs += run.pixels * perPixel;
      });
      return (clock) => {
        macs = 0;
        step();
        clock?.(0, macs);
      };
    },
  };
};
