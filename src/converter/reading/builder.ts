// Appends nodes to a graph under construction; what depends only on constants is computed at once.

import type { Evaluate } from '../../runtime/evaluate-node.js';
import { LIMITS } from '../../format/layout.js';
import { asOp, type Node } from '../../ir/graph.js';
import type { ConstantData, Value } from '../../ir/value.js';
import type { Op } from '../../ir/op.js';
import type { AttrsOf, Schema } from '../../ir/schema.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import { sameShape, showShape, sizeOf, type DataType } from '../../ir/tensor.js';
import type { Budget } from './budget.js';
import { refuse } from './refusal.js';
import { compose, isIdentity } from '../../ops/shared/permutation.js';

/** A value whose elements are known. */
export type Constant = Value & { data: ConstantData };

const MAX_CONSTANT_ELEMENTS = 2 ** 28;

const MAX_CONSTANT_AXES = 64;

/** Elements of a constant that is listed one by one. */
export const MAX_LISTED = 2 ** 24;

/** Refuses constants that would take too much memory. */
export const checkConstantSize = (shape: readonly number[], max = MAX_CONSTANT_ELEMENTS): number => {
  const size = sizeOf(shape);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || !(size <= max)) {
    refuse(`a constant of shape ${showShape(shape)} is too large`);
  }
  return size;
};

/** Whether a value has no elements, which only constants may have. */
export const isEmpty = (value: Value): boolean => value.shape.includes(0);

/** The elements of an array that has none. */
const nothing = (type: DataType): ConstantData => (type === 'float32' ? new Float32Array(0) : new Int32Array(0));

/** The constant of the first `rows` rows of `value`, whose elements are `data`. */
const withRows = (value: Value, data: ConstantData, rows: number): Constant => {
  const shape = [rows, ...value.shape.slice(1)];
  return { ...value, shape, data: data.slice(0, sizeOf(shape)) };
};

/** Makes the values and nodes of a graph. */
export class Builder {
  readonly nodes: Node[] = [];
  /** The batch, if it is open: the size that it is read for, and an input whose first axis has it in every run. */
  batch: { size: number; like: Value } | undefined;
  private readonly makers = new Map<Value, Node>();
  private readonly names = new Set<string>();
  /** How many names were given with each beginning. */
  private readonly counts = new Map<string, number>();
  private scope = '';

  /**
   * @param reserved names that the builder must not give to its own values
   */
  constructor(
    private readonly evaluate: Evaluate,
    reserved: Iterable<string>,
    readonly budget: Budget,
  ) {
    for (const name of reserved) this.names.add(name);
  }

  /** Values made from now on are named after `scope`. */
  enter(scope: string): void {
    this.scope = scope;
  }

  /** Appends `op(inputs)`, or computes it if all inputs are constant. */
  op<S extends Schema>(op: Op<S>, attrs: AttrsOf<S>, inputs: readonly Value[], name?: string): Value {
    const shape = op.shape(inputs, attrs);
    const type = op.type(inputs, attrs);
    if (shape.includes(0) && inputs.every(({ data }) => data)) return this.constant(nothing(type), shape, type, name);
    if (inputs.some(isEmpty)) refuse('an array without elements is not supported');
    if (shape.includes(0)) refuse('the result would have no elements');
    if (shape.length > LIMITS.rank)
      refuse(`the result would have ${shape.length} axes; at most ${LIMITS.rank} are supported`);
    if (inputs.length > op.arity[1]) refuse(`${inputs.length} inputs; at most ${op.arity[1]} are supported`);
    const output: Value = { name: name ?? this.nameFor(op.name), shape: [...shape], type };
    const node: Node = { name: output.name, op, attrs, inputs: [...inputs], output };
    if (inputs.every((input) => input.data)) {
      checkConstantSize(shape);
      const data = this.evaluate(node);
      return op.rows ? withRows(output, data, op.rows(data)) : { ...output, data };
    }
    if (this.nodes.push(node) > LIMITS.values) refuse(`more than ${LIMITS.values} layers are not supported`);
    this.makers.set(output, node);
    return output;
  }

  /** A constant of elements that exist. */
  constant(data: ConstantData, shape: readonly number[], type: DataType, name?: string): Constant {
    if (shape.length > MAX_CONSTANT_AXES)
      refuse(`a constant of ${shape.length} axes; at most ${MAX_CONSTANT_AXES} are supported`);
    return { name: name ?? this.nameFor('constant'), shape: [...shape], type, data };
  }

  /** A constant whose element i is `make(i)`. */
  listed(shape: readonly number[], type: DataType, make: (i: number) => number): Constant {
    const data = this.allocate(shape, type, MAX_LISTED);
    for (let i = 0; i < data.length; i++) data[i] = make(i);
    return this.constant(data, shape, type);
  }

  /** A constant whose elements are all the same. */
  filled(shape: readonly number[], type: DataType, number: number): Constant {
    return this.constant(this.allocate(shape, type).fill(number), shape, type);
  }

  private allocate(shape: readonly number[], type: DataType, max?: number): ConstantData {
    const size = checkConstantSize(shape, max);
    this.budget.spend(size, this.scope);
    return new (type === 'float32' ? Float32Array : Int32Array)(size);
  }

  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Constant {
    this.budget.spend(values.length, this.scope);
    return this.constant(new Float32Array(values), shape, 'float32');
  }

  ints(values: ArrayLike<number>, shape: readonly number[] = [values.length], type: DataType = 'int64'): Constant {
    this.budget.spend(values.length, this.scope);
    return this.constant(new Int32Array(values), shape, type);
  }

  /** A number as a constant of the type of `like`. */
  scalar(value: number, like: Value): Constant {
    return like.type === 'float32' ? this.floats([value], []) : this.ints([value], [], like.type);
  }

  /**
   * The same elements in another shape. Sizes that do not change are stored as 0, and one of the others as -1, "the rest":
   * the first axis if it changes, else axis `open`.
   */
  reshape(x: Value, shape: readonly number[], open = 0): Value {
    if (sizeOf(shape) !== sizeOf(x.shape)) refuse(`${showShape(x.shape)} cannot be reshaped to ${showShape(shape)}`);
    if (x.data) return this.constant(x.data, shape, x.type);
    if (sameShape(shape, x.shape)) return x;
    const before = this.makerOf(x);
    if (before?.op === reshape && sameShape(shape, before.inputs[0]!.shape)) return before.inputs[0]!;
    const stored = shape.map((size, axis) => (size === x.shape[axis] ? 0 : size));
    const rest = stored.length > 0 && stored[0] !== 0 ? 0 : open;
    if (stored[rest]) stored[rest] = -1;
    return this.op(reshape, { shape: stored }, [x]);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    const before = asOp(this.makerOf(x), transpose);
    if (before && isIdentity(compose(before.attrs.perm, perm))) return before.x;
    return isIdentity(perm) ? x : this.op(transpose, { perm }, [x]);
  }

  /** The node that makes a value; undefined for constants and inputs of the network. */
  makerOf(value: Value): Node | undefined {
    return value.data ? undefined : this.makers.get(value);
  }

  /** Moves axis 1 to the end: [N, C, ...] becomes [N, ..., C]. */
  toLast(x: Value): Value {
    const axes = [...x.shape.keys()];
    return axes.length < 3 ? x : this.transpose(x, [0, ...axes.slice(2), 1]);
  }

  /** Moves the last axis to 1: [N, ..., C] becomes [N, C, ...]. */
  toFirst(x: Value): Value {
    const axes = [...x.shape.keys()];
    return axes.length < 3 ? x : this.transpose(x, [0, axes.length - 1, ...axes.slice(1, -1)]);
  }

  private nameFor(what: string): string {
    const base = `${this.scope}/${what}`;
    let count = this.counts.get(base) ?? 1;
    let name = count > 1 ? `${base}${count}` : base;
    while (this.names.has(name)) name = `${base}${++count}`;
    this.counts.set(base, count + 1);
    this.names.add(name);
    return name;
  }
}
