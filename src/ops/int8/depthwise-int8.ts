// Depthwise convolutions of int8 values.

import { type Lowered, type Table } from '../../ir/plan.js';
import { channelsOf, wordsAcross } from '../../ir/value.js';
import { isDepthwise } from '../conv/attrs.js';
import { geometryOf } from '../conv/geometry.js';
import { roundUp } from '../conv/packing.js';
import { hasRows, rowsRead } from '../conv/run-depthwise.js';
import type { Int8ConvAttrs, Int8ConvInputs } from './attrs.js';
import { endsTable, shortTable, weightInteger } from './integers.js';

/** The kernel `depthwiseInt8` for images without dilation; undefined for other convolutions. */
export const lowerDepthwiseInt8 = (own: Int8ConvInputs, attrs: Int8ConvAttrs): Lowered<Int8ConvInputs> | undefined => {
  const { x, weights, scales, bias } = own;
  if (!isDepthwise(x, bias, attrs) || !hasRows(attrs)) return undefined;
  const filters = filterTable(own, attrs);
  const ends = endsTable(own, attrs);
  return {
    packed: [filters, ends],
    replaces: [weights, scales, bias],
    plan: (inputs, output) => {
      const geometry = geometryOf(inputs.x, attrs);
      const { sizes, kernel, strides, pads } = geometry;
      return {
        algorithms: [`depthwise ${kernel.join('x')} int8`],
        rows: {
          reads: rowsRead(geometry),
          bind: (kernels, address) => {
            const [w, bias] = [address(filters), address(ends)];
            const [words, columns] = [wordsAcross(inputs.x), output.shape[2]!];
            const factors = bias + roundUp(channelsOf(inputs.x), 4) * 4;
            const [height, width] = sizes as [number, number];
            const [kernelHeight, kernelWidth] = kernel as [number, number];
            const [strideY, strideX] = strides as [number, number];
            const [top, left] = pads as [number, number];
            return (_, first, last, from, to) =>
              kernels.depthwiseInt8(
                to,
                from,
                w,
                bias,
                factors,
                height,
                width,
                words,
                first,
                last,
                columns,
                kernelHeight,
                kernelWidth,
                strideY,
                strideX,
                top,
                left,
                attrs.low,
                attrs.high,
              );
          },
        },
      };
    },
  };
};

/** Filters [channels / 4][height][width / 2, rounded up][4][2], with zeros beside an odd tap and for missing channels. */
const filterTable = ({ x, weights, scales }: Int8ConvInputs, { kernel }: Int8ConvAttrs): Table => {
  const channels = channelsOf(x);
  const [height, width] = kernel as [number, number];
  const pairs = Math.ceil(width / 2);
  return shortTable(roundUp(channels, 4) * height * pairs, (target) => {
    target.fill(0);
    for (let channel = 0, from = 0; channel < channels; channel++) {
      const scale = scales.data[channel]!;
      const first = (channel >> 2) * height * pairs * 8 + (channel & 3) * 2;
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const place = first + (row * pairs + (column >> 1)) * 8 + (column & 1);
          target[place] = weightInteger(weights.data[from++]!, scale);
        }
    }
  });
};
