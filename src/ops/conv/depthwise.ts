// Depthwise convolutions: one filter per channel.

import type { Lowered, Plan, Table } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { isDepthwise, type ConvAttrs, type ConvInputs } from './attrs.js';
import { eachImage } from './each-image.js';
import { geometryOf, isPadded, paddedBytes, paddingTable, tapTable, windowTable } from './geometry.js';
import { biasTable, filterTable } from './packing.js';
import { hasRows, rowsRead, runDepthwise } from './run-depthwise.js';

/** Where the filters and biases of a layer are. */
type Filters = { filters: Table; biases: Table };

/** Depthwise convolutions, undefined for others. */
export const lowerDepthwise = ({ x, weights, bias }: ConvInputs, attrs: ConvAttrs): Lowered<ConvInputs> | undefined => {
  if (!isDepthwise(x, bias, attrs)) return undefined;
  const plan = hasRows(attrs) ? planRows : planPadded;
  const filters = filterTable(weights.data, channelsOf(x), sizeOf(attrs.kernel));
  const biases = biasTable(bias.data);
  return {
    packed: [biases, filters],
    replaces: [weights, bias],
    plan: (own, output) => plan(own.x, output, attrs, { filters, biases }),
  };
};

/** Images, read without a padded copy. */
const planRows = (x: Value, output: Value, attrs: ConvAttrs, tables: Filters): Plan => {
  const geometry = geometryOf(x, attrs);
  return {
    algorithms: [`depthwise ${attrs.kernel.join('x')}`],
    rows: {
      reads: rowsRead(geometry),
      bind: (kernels, address) => {
        const [filters, biases] = [address(tables.filters), address(tables.biases)];
        const [channels, columns] = [channelsOf(x), output.shape[2]!];
        return (_, first, last, from, to) =>
          runDepthwise(kernels, geometry, attrs, { y: to, x: from, channels, filters, biases, columns, first, last });
      },
    },
  };
};

/** Any number of axes and any dilation, read from a padded copy. */
const planPadded = (x: Value, output: Value, attrs: ConvAttrs, { filters, biases }: Filters): Plan => {
  const geometry = geometryOf(x, attrs);
  const windows = windowTable(geometry, output.shape.slice(1, -1));
  const [padding, taps] = [paddingTable(geometry), tapTable(geometry)];
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  return {
    algorithms: ['depthwise'],
    tables: [windows, padding, taps],
    scratch: [padded],
    bind: (kernels, address) => {
      const [pixels, count] = [sizeOf(output.shape.slice(1, -1)), sizeOf(attrs.kernel)];
      const [at, tapsAt, w, b] = [address(windows), address(taps), address(filters), address(biases)];
      return eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y) =>
        kernels.depthwise(y, image, at, tapsAt, w, b, pixels, count, geometry.channels, attrs.low, attrs.high),
      );
    },
  };
};
