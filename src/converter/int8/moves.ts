// Ops that only move elements, and the values that they leave on a grid: integers times one scale.

import type { Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { pad } from '../../ops/pad.js';
import { pool } from '../../ops/pool.js';
import { gather } from '../../ops/rare/gather.js';
import { resize } from '../../ops/rare/resize.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import type { GraphEditor } from '../passes/editor.js';
import { IntegerBounds } from './integer-bounds.js';
import { asDequantize, type Target } from './targets.js';

/** Whether the elements of an op's output are some of its inputs' elements or 0, given its attributes. */
const MOVES = new Map<unknown, (attrs: Node['attrs']) => boolean>([
  [concat, () => true],
  [gather, () => true],
  [pad, ({ mode, value }) => mode !== 'constant' || value === 0],
  [pool, ({ kind }) => kind === 'max'],
  [reshape, () => true],
  [resize, ({ mode, coordinates }) => mode === 'nearest' && coordinates !== 'tf_crop_and_resize'],
  [slice, () => true],
  [transpose, () => true],
]);

/** The inputs whose elements, or the largest of some of them, make up the output of a node; undefined if it computes others. */
export const movedBy = ({ op, attrs, inputs }: Node): readonly Value[] | undefined =>
  MOVES.get(op)?.(attrs) ? (op === concat ? inputs : inputs.slice(0, 1)) : undefined;

/** The integers and the scale of floats that are a dequantised value with its elements moved. */
export class Grids {
  private readonly found = new Map<Value, Target>();
  private readonly bounds: IntegerBounds;

  constructor(editor: GraphEditor) {
    this.bounds = new IntegerBounds(editor);
  }

  /** What is known about a value after the node that makes it was taken. */
  of(value: Value): Target | undefined {
    return this.found.get(value);
  }

  /** Finds out about a node's output; nodes are taken in their order. */
  take(node: Node): void {
    const grid = this.gridOf(node);
    if (grid) this.found.set(node.output, grid);
  }

  private gridOf(node: Node): Target | undefined {
    const integers = asDequantize(node);
    if (integers) return { scale: integers.attrs.scale, ...this.bounds.of(integers.x) };
    const parts = movedBy(node)?.map((input) => this.found.get(input));
    const [first] = parts ?? [];
    if (!first || !parts!.every((part) => part?.scale === first.scale)) return undefined;
    const all = parts as Target[];
    return {
      scale: first.scale,
      low: Math.min(...all.map(({ low }) => low)),
      high: Math.max(...all.map(({ high }) => high)),
    };
  }
}
