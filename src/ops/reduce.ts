// Reductions over axes: mean, sum, min, max, norms.

import { defineOp } from '../ir/op.js';
import type { Step } from '../ir/plan.js';
import type { AttrsOf } from '../ir/schema.js';
import { sizeOf } from '../ir/tensor.js';
import type { Kernels } from '../kernels/wasm.js';
import { viewAround, type AxisView } from './shared/axis-view.js';
import { checkAxes, floatOnly } from './shared/checks.js';
import { reducedShape } from './shared/reduced.js';

const schema = {
  kind: ['mean', 'sum', 'max', 'min', 'l2', 'l1', 'prod', 'sumsq', 'logsum', 'logsumexp'],
  axes: 'axes',
  keep: 'bool',
} as const;

type Kind = AttrsOf<typeof schema>['kind'];

/** Reduces `axes` by `kind`; `keep` keeps them with size 1. `max` and `min` ignore NaN. */
export const reduce = defineOp({
  code: 16,
  name: 'reduce',
  inputs: { x: 'value' },
  attrs: schema,
  type: floatOnly,
  shape: ({ x }, { axes, keep }) => {
    checkAxes(axes, x.shape.length);
    return reducedShape(x.shape, axes, keep);
  },
  plan: ({ x }, output, { kind, axes }) => {
    const passes = passesOf(x.shape, axes);
    const halves = [0, 1].map(() => ({ bytes: passes.length > 1 ? room(passes[0]!) : 0 }));
    return {
      scratch: halves,
      bind: (kernels, address) => {
        const scale = kind === 'mean' ? sizeOf(output.shape) / sizeOf(x.shape) : 1;
        const steps: Step[] = [];
        let from = address(x);
        passes.forEach((view, index) => {
          const last = index === passes.length - 1;
          const to = address(last ? output : halves[index % 2]!);
          steps.push(...passSteps(kernels, index ? laterKind(kind) : kind, to, from, view, last ? scale : 1));
          from = to;
        });
        const [y, count] = [address(output), sizeOf(output.shape)];
        if (kind === 'l2') steps.push(() => kernels.reduceRoot(y, count));
        if (kind === 'logsum') steps.push(() => kernels.reduceLog(y, count));
        return () => {
          for (const step of steps) step();
        };
      },
    };
  },
});

/** Size of a pass's result in bytes, rounded up to a multiple of 64. */
const room = ({ outer, inner }: AxisView): number => Math.ceil((outer * inner) / 16) * 64;

/** Passes that each reduce adjacent axes, last axes first; without axes, one pass over an axis of size 1. */
const passesOf = (shape: readonly number[], axes: readonly number[]): AxisView[] => {
  const passes: AxisView[] = [];
  const left = [...shape];
  for (let end = shape.length; end > 0; end--) {
    if (!axes.includes(end - 1)) continue;
    let first = end - 1;
    while (first > 0 && axes.includes(first - 1)) first--;
    passes.push(viewAround(left, first, end));
    left.fill(1, first, end);
    end = first + 1;
  }
  return passes.length ? passes : [{ outer: 1, axis: 1, inner: sizeOf(shape) }];
};

/** The kind that combines the results of an earlier pass. */
const laterKind = (kind: Kind): Kind => (kind === 'l1' || kind === 'l2' || kind === 'sumsq' ? 'sum' : kind);

const passSteps = (
  kernels: Kernels,
  kind: Kind,
  y: number,
  x: number,
  { outer, axis, inner }: AxisView,
  scale: number,
): Step[] => {
  const most = () => kernels.reduceMax(y, x, outer, axis, inner);
  switch (kind) {
    case 'max':
      return [most];
    case 'min':
      return [() => kernels.reduceMin(y, x, outer, axis, inner)];
    case 'prod':
      return [() => kernels.reduceProduct(y, x, outer, axis, inner)];
    case 'l1':
      return [() => kernels.reduceAbs(y, x, outer, axis, inner)];
    case 'l2':
    case 'sumsq':
      return [() => kernels.reduceSquares(y, x, outer, axis, inner)];
    case 'logsumexp':
      return [most, () => kernels.reduceLogSumExp(y, x, outer, axis, inner)];
    default:
      return [() => kernels.reduceSum(y, x, outer, axis, inner, scale)];
  }
};
