// What an op is. The format, the converter, the planner and `inspect` are loops over these declarations.

import type { Value } from './value.js';
import type { DataType } from './tensor.js';
import type { Kernels } from '../kernels/wasm.js';

/** What a vector of scores holds: `probabilities`, `logarithms` of probabilities, or `logits` before softmax. */
export type ScoreKind = 'probabilities' | 'logarithms' | 'logits';

/** A convolution's block by channels: every one of its outputs reads all of its inputs. */
export type Block = { inputs: readonly number[]; outputs: readonly number[] };

/** Multiply-accumulates for one run, and numbers of constants. */
export type Costs = { macs: number; weights: number };

/** Which of its input's channels a layer's outputs read. */
export type Structure = {
  kind: 'dense' | 'depthwise' | 'grouped' | 'blocks' | 'gated';
  kernel: readonly number[];
  /** The groups of `grouped` and `blocks`. */
  groups?: readonly Block[];
  /** Of `gated`: equal runs of outputs, each of which reads those of all `inputs` that are chosen for it for each sample. */
  heads?: { count: number; inputs: number; outputs: number };
  /** Costs if every output read every input; for `depthwise` the layer's own. */
  dense: Costs;
};

/** How an attribute is stored; a list of words is an enumeration stored as its index. */
export type AttrKind = 'i32' | 'f32' | 'bool' | 'i32s' | 'f32s' | 'blocks' | readonly string[];

/** Attribute names with their kinds, in the order of the file. */
export type Schema = Readonly<Record<string, AttrKind>>;

type AttrValue<K> = K extends 'i32' | 'f32'
  ? number
  : K extends 'bool'
    ? boolean
    : K extends 'i32s' | 'f32s'
      ? readonly number[]
      : K extends 'blocks'
        ? readonly Block[]
        : K extends readonly (infer Word)[]
          ? Word
          : never;

/** The attributes that a schema describes. */
export type AttrsOf<S extends Schema> = { -readonly [Name in keyof S]: AttrValue<S[Name]> };

/** Attributes of an op that is not known statically. */
export type Attrs = Record<string, unknown>;

/** A value that is `source` at `indices` of its last axis. */
export type Selection = { source: Value; indices: readonly number[] };

/** A value with its place in linear memory; `address` is a multiple of 64 bytes. */
export type Placed = Value & { address: number };

/** A run of 32-bit words that an op wants in memory; they are only made when `fill` writes them, once. */
export type Table = { words: number; fill: (floats: Float32Array, ints: Int32Array) => void };

/** What `bind` gets: everything has its final address. */
export type Binding<A> = {
  kernels: Kernels;
  inputs: Placed[];
  output: Placed;
  attrs: A;
  /** Addresses of the tables from `weights`, then of those from `tables`. */
  weights: number[];
  tables: number[];
  /** Address of `scratch` bytes; their contents are lost between steps. */
  scratch: number;
};

/**
 * Told by a step of several layers when it has worked on one of them; and by a step whose work depends on the sample, how
 * many multiply-accumulates it did.
 */
export type Clock = (layer: number, macs?: number) => void;

/** One step of a plan. */
export type Step = (clock?: Clock) => void;

/** Which rows of the input the output's rows `first` to `last` - 1 read. */
export type RowsRead = (first: number, last: number) => readonly [number, number];

/**
 * Makes rows `first` to `last` - 1 of a sample's output; `x` and `y` are the addresses that row 0 of the sample's input and
 * output has or would have.
 */
export type RowsStep = (sample: number, first: number, last: number, x: number, y: number) => void;

/** The declaration of an op. */
export type Op<S extends Schema = Schema> = {
  /** The byte in the model file; never given to another op. */
  code: number;
  name: string;
  attrs: S;
  /** Fewest and most inputs. */
  arity: readonly [number, number];
  /** Shape of the output; throws `ShapeError` for inputs or attributes that do not fit. */
  shape: (inputs: readonly Value[], attrs: AttrsOf<S>) => readonly number[];
  /** Type of the output; that of the first input unless given. Throws `ShapeError` for types it does not take. */
  type?: (inputs: readonly Value[], attrs: AttrsOf<S>) => DataType;
  /** Whether the output is the first input under another shape. */
  alias?: boolean;
  /** Whether every element of the output is one of the first input. */
  moves?: boolean;
  /** What the elements of the output are, for an op that makes probabilities. */
  scores?: (attrs: AttrsOf<S>) => ScoreKind | undefined;
  /** The input that the output may overwrite, given the same size and no later reader; -1 for none. */
  inPlace?: (inputs: readonly Value[], attrs: AttrsOf<S>) => number;
  /** Inputs that must be constants, which `weights` packs: they are not placed themselves. */
  packs?: (inputs: readonly Value[]) => readonly number[];
  /** Tables made of the packed inputs; they do not depend on the batch. */
  weights?: (inputs: readonly Value[], attrs: AttrsOf<S>) => Table[];
  /** Tables made of the shapes. Their lengths follow from the shapes and attributes without the work of filling them. */
  tables?: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => Table[];
  /** Bytes of scratch memory during the step. */
  scratch?: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => number;
  /** Multiply-accumulates for one run. */
  macs?: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => number;
  /** The channels that the outputs read, for ops that may have groups. */
  structure?: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => Structure;
  /**
   * The same op on inputs whose axes are permuted back: for inputs `transpose(x, perm)`, the attributes that act on `x`
   * and the permutation that turns the new output into the old one. Undefined where there is no such form.
   */
  permute?: (
    attrs: AttrsOf<S>,
    perm: readonly number[],
    inputs: readonly Value[],
  ) => { attrs: AttrsOf<S>; perm: readonly number[] } | undefined;
  /**
   * Whether channel c of the output, its place along the last axis, is made of channel c of every input alone, or of the
   * only channel of an input that has one.
   */
  channelwise?: (attrs: AttrsOf<S>, inputs: readonly Value[]) => boolean;
  /**
   * For a channelwise op: its attributes and inputs once inputs and output are `channels` alone, in that order. Without it
   * only constants change.
   */
  keep?: (
    attrs: AttrsOf<S>,
    inputs: readonly Value[],
    channels: readonly number[],
  ) => { attrs: AttrsOf<S>; inputs: Value[] };
  /**
   * For an op that can leave channels of its output out, when it is not channelwise: what gives the channels of the first
   * input that a channel of the output needs. Other inputs that are no constants are read channel by channel.
   */
  reads?: (attrs: AttrsOf<S>, inputs: readonly Value[]) => (channel: number) => readonly number[];
  /**
   * For an op with `reads`: the attributes and inputs with which the output is its `channels` alone, once the first input is
   * its channels `read` alone. Both ascend and have one channel at least.
   */
  prune?: (
    attrs: AttrsOf<S>,
    inputs: readonly Value[],
    channels: readonly number[],
    read: readonly number[],
  ) => { attrs: AttrsOf<S>; inputs: Value[] };
  /** The places along the last axis of the first input that make up the output's, if that is all the op does. */
  selects?: (attrs: AttrsOf<S>, inputs: readonly Value[]) => readonly number[] | undefined;
  /**
   * The same op on inputs whose last axis is not selected: for inputs i with `selections[i]`, on its source instead. The
   * old output is the new one's `indices` along the last axis, or the new one itself. Undefined where there is no such form.
   */
  select?: (
    attrs: AttrsOf<S>,
    inputs: readonly Value[],
    selections: readonly (Selection | undefined)[],
  ) => { attrs: AttrsOf<S>; inputs: Value[]; indices?: readonly number[] } | undefined;
  /** The attributes and inputs with which the output's last axis has another order: place i is now at `places[i]`. */
  reorder?: (
    attrs: AttrsOf<S>,
    inputs: readonly Value[],
    places: readonly number[],
  ) => { attrs: AttrsOf<S>; inputs: Value[] } | undefined;
  /** How many of the inputs, the first ones, have the axes that `permute` moves; all unless given. */
  permutes?: number;
  /** Whether attributes `low` and `high` bound the output. */
  clips?: boolean;
  /** Whether one more input of the output's shape may follow, which is added before `low` and `high` apply. */
  addend?: (inputs: readonly Value[], attrs: AttrsOf<S>) => boolean;
  /** The inputs with which the op gives `scale[c] * y + shift[c]` for each last index c of its output y, if it can. */
  affine?: (
    inputs: readonly Value[],
    attrs: AttrsOf<S>,
    scale: Float32Array,
    shift: Float32Array,
  ) => Value[] | undefined;
  /**
   * For an op that can make its output in bands of rows (the axis behind the samples): the rows of its first input, from
   * the first up to the last, not included, that such a band reads. Undefined for inputs and attributes with which it cannot.
   */
  rows?: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => RowsRead | undefined;
  /** As `bind`, for bands of rows. */
  bindRows?: (binding: Binding<AttrsOf<S>>) => RowsStep;
  /** Fixes all arguments of the kernels; called once a plan. */
  bind: (binding: Binding<AttrsOf<S>>) => Step;
};

/** An op whose schema is not known statically. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- hooks take the attributes of their own schema
export type AnyOp = Omit<Op<any>, 'attrs'> & { attrs: Schema };

/** Declares an op; the schema gives the types of its attributes. */
export const defineOp = <const S extends Schema>(op: Op<S>): Op<S> => op;

/** A table of floats. */
export const floatTable = (words: number, fill: (target: Float32Array) => void): Table => ({
  words,
  fill: (floats) => fill(floats),
});

/** A table of 32-bit integers. */
export const intTable = (words: number, fill: (target: Int32Array) => void): Table => ({
  words,
  fill: (_, ints) => fill(ints),
});

/** A table of a few integers that are known already. */
export const listTable = (values: ArrayLike<number>): Table => intTable(values.length, (target) => target.set(values));
