// Matrix product of stacks of matrices; a constant second factor is packed once.

import { ShapeError } from '../errors.js';
import type { Value } from '../ir/value.js';
import { defineOp, floatTable, type AttrsOf, type Binding, type Step } from '../ir/op.js';
import { showShape, sizeOf, stridesOf } from '../ir/tensor.js';
import { checkBounds, floatOnly } from './shared/checks.js';
import { affineBias, bandOf, biasTable, panelTable } from './conv/packing.js';
import { PANEL } from './conv/panels.js';
import { checkedShape } from './shared/window.js';

const schema = { low: 'f32', high: 'f32' } as const;

/**
 * y = clamp(a @ b + bias, low, high).
 *
 * Inputs: a [..., M, K], b [..., K, N], perhaps a constant bias [N]. The leading axes broadcast.
 */
export const matmul = defineOp({
  code: 3,
  name: 'matmul',
  arity: [2, 3],
  attrs: schema,
  clips: true,
  type: floatOnly,
  affine: (inputs, _, scale, shift) => {
    const [a, b, bias] = inputs;
    if (!isPacked(inputs)) return undefined;
    const columns = b!.shape[1]!;
    const data = (b!.data as Float32Array).map((value, index) => value * scale[index % columns]!);
    const zero = {
      name: `${b!.name}/bias`,
      shape: [columns],
      type: 'float32',
      data: new Float32Array(columns),
    } as const;
    return [a!, { ...b!, data }, affineBias(bias ?? zero, scale, shift)];
  },
  shape: ([a, b, bias], { low, high }) => {
    checkBounds(low, high);
    const fail = (why: string): never => {
      throw new ShapeError(`${showShape(a!.shape)} @ ${showShape(b!.shape)}: ${why}`);
    };
    if (a!.shape.length < 2 || b!.shape.length < 2) fail('both factors need two axes');
    const [rows, depth] = a!.shape.slice(-2) as [number, number];
    const [inner, columns] = b!.shape.slice(-2) as [number, number];
    if (depth !== inner) fail(`${depth} columns do not meet ${inner} rows`);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== columns))
      fail(`the bias has shape ${showShape(bias.shape)}`);
    if (bias && !bias.data) fail('the bias must be a constant');
    const lead = leadingAxes(a!, b!) ?? fail('the leading axes do not broadcast');
    return checkedShape([...lead, rows, columns]);
  },
  select: (attrs, inputs, [selection]) => {
    const [, b] = inputs;
    if (!selection || !isPacked(inputs)) return undefined;
    const [rows, columns] = [selection.source.shape.at(-1)!, b!.shape[1]!];
    const [from, data] = [b!.data as Float32Array, new Float32Array(rows * columns)];
    selection.indices.forEach((row, i) => {
      for (let column = 0; column < columns; column++) data[row * columns + column]! += from[i * columns + column]!;
    });
    return { attrs, inputs: [selection.source, { ...b!, shape: [rows, columns], data }, ...inputs.slice(2)] };
  },
  packs: (inputs) => [...(isPacked(inputs) ? [1] : []), ...(inputs.length > 2 ? [2] : [])],
  weights: (inputs) => {
    const [, b, bias] = inputs;
    const [depth, columns] = b!.shape.slice(-2) as [number, number];
    const first = bias
      ? biasTable(bias.data as Float32Array)
      : floatTable(columns + 2 * PANEL, (target) => target.fill(0));
    return isPacked(inputs) ? [first, panelTable(b!.data as Float32Array, 0, columns, depth, 1, columns)] : [first];
  },
  scratch: (inputs) => (isPacked(inputs) ? 0 : panelBytes(inputs[1]!)),
  macs: ([a], output) => sizeOf(output.shape) * a!.shape.at(-1)!,
  bind: (binding) => (isPacked(binding.inputs) ? bindPacked(binding) : bindStack(binding)),
});

type MatmulAttrs = AttrsOf<typeof schema>;

/** Whether the second factor is one constant matrix. */
const isPacked = ([, b]: readonly Value[]): boolean => b!.data !== undefined && b!.shape.length === 2;

const panelBytes = (b: Value): number => {
  const [depth, columns] = b.shape.slice(-2) as [number, number];
  return Math.ceil(columns / PANEL) * PANEL * depth * 4;
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

const bindPacked = ({
  kernels,
  inputs: [a],
  output,
  weights: [bias, w],
  attrs: { low, high },
}: Binding<MatmulAttrs>): Step => {
  const [depth, columns] = [a!.shape.at(-1)!, output.shape.at(-1)!];
  const rows = sizeOf(output.shape) / columns;
  const band = bandOf(depth);
  return () =>
    kernels.gemm(output.address, columns, a!.address, depth, w!, bias!, 0, rows, columns, depth, band, low, high);
};

/** One product a matrix of the stack; the second factor is packed into scratch memory each time it changes. */
const bindStack = ({
  kernels,
  inputs: [a, b],
  output,
  weights: [bias],
  scratch,
  attrs: { low, high },
}: Binding<MatmulAttrs>): Step => {
  const [rows, depth] = a!.shape.slice(-2) as [number, number];
  const columns = b!.shape.at(-1)!;
  const lead = output.shape.slice(0, -2);
  const [aSteps, bSteps] = [matrixSteps(a!, lead), matrixSteps(b!, lead)];
  const [count, band, yStep] = [sizeOf(lead), bandOf(depth), rows * columns * 4];
  return () => {
    let packed = -1;
    for (let index = 0; index < count; index++) {
      const from = matrixOffset(index, lead, bSteps);
      if (from !== packed) kernels.pack(scratch, b!.address + (packed = from), depth, columns);
      const left = a!.address + matrixOffset(index, lead, aSteps);
      kernels.gemm(
        output.address + index * yStep,
        columns,
        left,
        depth,
        scratch,
        bias!,
        0,
        rows,
        columns,
        depth,
        band,
        low,
        high,
      );
    }
  };
};

/** Bytes from one matrix of `factor` to the next along each of the leading axes `lead`; 0 where it is repeated. */
const matrixSteps = ({ shape }: Value, lead: readonly number[]): number[] => {
  const strides = stridesOf(shape);
  const added = lead.length - (shape.length - 2);
  return lead.map((_, axis) => ((shape[axis - added] ?? 1) > 1 ? strides[axis - added]! * 4 : 0));
};

/** Byte offset of the matrix at place `index` of the leading axes, row-major. */
const matrixOffset = (index: number, lead: readonly number[], steps: readonly number[]): number => {
  let offset = 0;
  for (let axis = lead.length - 1, rest = index; axis >= 0; rest = Math.floor(rest / lead[axis--]!)) {
    offset += (rest % lead[axis]!) * steps[axis]!;
  }
  return offset;
};
