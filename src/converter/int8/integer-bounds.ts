// The least and the largest integers that int8 values may have.

import type { AnyOp } from '../../ir/op.js';
import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { FARTHEST, type Bounds } from '../../ops/int8/checks.js';
import { maxInt8 } from '../../ops/int8/pool-int8.js';
import { pad } from '../../ops/pad.js';
import { gather } from '../../ops/rare/gather.js';
import { resize } from '../../ops/rare/resize.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import type { GraphEditor } from '../passes/editor.js';

/** How many nodes are followed back from integers. */
export const FARTHEST_BACK = 64;

/** Ops whose integers are some of those of their inputs, or 0. */
const MOVES: ReadonlySet<AnyOp> = new Set<AnyOp>([concat, gather, maxInt8, pad, reshape, resize, slice, transpose]);

const ALL: Bounds = { low: -FARTHEST, high: FARTHEST };

/** The bounds of the int8 values of a graph, which keep them while it is rewritten. */
export class IntegerBounds {
  private readonly known = new Map<Value, Bounds>();

  constructor(private readonly editor: GraphEditor) {}

  /** The bounds that the node that makes a value gives it, perhaps by its inputs. */
  of(value: Value, back = 0): Bounds {
    const known = this.known.get(value);
    if (known) return known;
    const bounds = this.find(value, back);
    this.known.set(value, bounds);
    return bounds;
  }

  private find(value: Value, back: number): Bounds {
    const maker = this.editor.maker(value);
    if (!maker) return ALL;
    const { low, high, table } = maker.attrs as Partial<Bounds & { table: readonly number[] }>;
    if (low !== undefined && high !== undefined) return { low, high };
    if (table) return { low: Math.min(...table), high: Math.max(...table) };
    if (!MOVES.has(maker.op) || back >= FARTHEST_BACK) return ALL;
    const integers = maker.inputs.filter(({ type }) => type === 'int8');
    const parts = integers.map((input) => this.of(input, back + 1));
    return { low: Math.min(0, ...parts.map((part) => part.low)), high: Math.max(0, ...parts.map((part) => part.high)) };
  }
}
