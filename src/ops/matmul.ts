// Product of stacks of matrices; a constant second factor is packed once.

import { ShapeError } from '../errors.js';
import { channelsOf, type Constant, type Value } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import { floatTable, type Plan, type Table } from '../ir/plan.js';
import type { AttrsOf } from '../ir/schema.js';
import { showShape, sizeOf, stridesOf } from '../ir/tensor.js';
import { checkBounds, checkedShape, floatOnly } from './shared/checks.js';
import { bandOf, biasTable, roundUp } from './conv/packing.js';
import { PANEL } from './conv/panels.js';

const schema = { low: 'f32', high: 'f32' } as const;

/**
 * y = clamp(a @ b + bias, low, high).
 *
 * Inputs: a [..., M, K], b [..., K, N], optionally a constant bias [N]. The leading axes broadcast.
 */
export const matmul = defineOp({
  code: 3,
  name: 'matmul',
  inputs: { a: 'value', b: 'value', bias: 'constant?' },
  attrs: schema,
  type: floatOnly,
  shape: ({ a, b, bias }, { low, high }) => {
    checkBounds(low, high);
    const fail = (why: string): never => {
      throw new ShapeError(`${showShape(a.shape)} @ ${showShape(b.shape)}: ${why}`);
    };
    if (a.shape.length < 2 || b.shape.length < 2) fail('both factors must have at least two axes');
    const [rows, depth] = a.shape.slice(-2) as [number, number];
    const [inner, columns] = b.shape.slice(-2) as [number, number];
    if (depth !== inner) fail(`the first factor has ${depth} columns, but the second has ${inner} rows`);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== columns))
      fail(`the bias has shape ${showShape(bias.shape)}; expected ${showShape([columns])}`);
    const lead = leadingAxes(a, b) ?? fail('the leading axes do not broadcast');
    return checkedShape([...lead, rows, columns]);
  },
  macs: ({ a }, output) => sizeOf(output.shape) * channelsOf(a),
  lower: ({ b, bias }, attrs) => {
    const given = bias ? [bias] : [];
    if (isPacked(b)) {
      const columns = channelsOf(b);
      const biases = bias ? biasTable(bias.data) : zeros(columns);
      const { data } = b;
      const panels = floatTable(panelBytes(b) / 4, (target, packer) => packer.panels(target, data, columns));
      return {
        packed: [biases, panels],
        replaces: [b, ...given],
        plan: ({ a }, output) => planPacked(a, output, panels, biases, attrs),
      };
    }
    const biases = bias && biasTable(bias.data);
    return {
      packed: biases ? [biases] : [],
      replaces: given,
      plan: (inputs, output) => {
        if (biases) return planStack(inputs.a, inputs.b, output, biases, attrs);
        const none = zeros(channelsOf(inputs.b));
        return { tables: [none], ...planStack(inputs.a, inputs.b, output, none, attrs) };
      },
    };
  },
});

/** The biases of columns that have none; kernels read whole panels. */
const zeros = (columns: number): Table => floatTable(columns + 2 * PANEL, (target) => target.fill(0));

type MatmulAttrs = AttrsOf<typeof schema>;

/** Whether the second factor is one constant matrix. */
export const isPacked = (b: Value): b is Constant => b.data instanceof Float32Array && b.shape.length === 2;

const panelBytes = (b: Value): number => {
  const [depth, columns] = b.shape.slice(-2) as [number, number];
  return roundUp(columns, PANEL) * depth * 4;
};

const leadingAxes = (a: Value, b: Value): number[] | undefined => {
  const rank = Math.max(a.shape.length, b.shape.length) - 2;
  const sizes: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a.shape[a.shape.length - 2 - rank + axis] ?? 1;
    const right = b.shape[b.shape.length - 2 - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    sizes.push(Math.max(left, right));
  }
  return sizes;
};

const planPacked = (a: Value, output: Value, panels: Table, biases: Table, { low, high }: MatmulAttrs): Plan => ({
  bind: (kernels, address) => {
    const [depth, columns] = [channelsOf(a), channelsOf(output)];
    const [rows, band] = [sizeOf(output.shape) / columns, bandOf(depth)];
    const [y, x, w, b] = [address(output), address(a), address(panels), address(biases)];
    return () => kernels.gemm(y, columns, x, depth, w, b, 0, rows, columns, depth, band, low, high);
  },
});

/** One product per matrix of the stack; the second factor is packed into scratch memory whenever it changes. */
const planStack = (a: Value, b: Value, output: Value, biases: Table, { low, high }: MatmulAttrs): Plan => {
  const packed = { bytes: panelBytes(b) };
  return {
    scratch: [packed],
    bind: (kernels, address) => {
      const [rows, depth] = a.shape.slice(-2) as [number, number];
      const columns = channelsOf(b);
      const lead = output.shape.slice(0, -2);
      const [aSteps, bSteps] = [matrixSteps(a, lead), matrixSteps(b, lead)];
      const [count, band, yStep] = [sizeOf(lead), bandOf(depth), rows * columns * 4];
      const [y, x, other, panels, bias] = [output, a, b, packed, biases].map(address) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return () => {
        let current = -1;
        for (let index = 0; index < count; index++) {
          const from = matrixOffset(index, lead, bSteps);
          if (from !== current) kernels.pack(panels, depth * 32, other + (current = from), depth, columns);
          const left = x + matrixOffset(index, lead, aSteps);
          kernels.gemm(y + index * yStep, columns, left, depth, panels, bias, 0, rows, columns, depth, band, low, high);
        }
      };
    },
  };
};

/** Bytes from one matrix of `factor` to the next along each of the leading axes `lead`; 0 where it is repeated. */
const matrixSteps = ({ shape }: Value, lead: readonly number[]): number[] => {
  const strides = stridesOf(shape);
  const added = lead.length - (shape.length - 2);
  return lead.map((_, axis) => ((shape[axis - added] ?? 1) > 1 ? strides[axis - added]! * 4 : 0));
};

/** Byte offset of matrix `index` of the leading axes, row-major. */
const matrixOffset = (index: number, lead: readonly number[], steps: readonly number[]): number => {
  let offset = 0;
  for (let axis = lead.length - 1, rest = index; axis >= 0; rest = Math.floor(rest / lead[axis--]!)) {
    offset += (rest % lead[axis]!) * steps[axis]!;
  }
  return offset;
};
