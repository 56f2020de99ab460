// What an op is. The format, the converter, the planner and `inspect` are loops over these declarations.

import { ShapeError } from '../errors.js';
import type { Constant, Value } from './value.js';
import type { DataType } from './tensor.js';
import type { Kernels } from '../kernels/wasm.js';

/** What a vector of scores holds: `probabilities`, `logarithms` of probabilities, or `logits` before softmax. */
export type ScoreKind = 'probabilities' | 'logarithms' | 'logits';

/** A convolution's block by channels: every one of its outputs reads all of its inputs. */
export type Block = {
  /** Input channels. */
  inputs: readonly number[];
  /** Output channels. */
  outputs: readonly number[];
};

/** What a layer or network costs. */
export type Costs = {
  /** Multiply-accumulates of one run. */
  macs: number;
  /** Numbers of constants. */
  weights: number;
};

/** Which of its input's channels a layer's outputs read. */
export type Structure = {
  /** How outputs read inputs: all of them, their own, groups of adjacent channels, any groups, or a choice for each sample. */
  kind: 'dense' | 'depthwise' | 'grouped' | 'blocks' | 'gated';
  /** The sizes of the kernel. */
  kernel: readonly number[];
  /** The groups of `grouped` and `blocks`. */
  groups?: readonly Block[];
  /** Of `gated`: equal runs of outputs, each of which reads those of all `inputs` that are chosen for it for each sample. */
  heads?: {
    /** How many heads there are. */
    count: number;
    /** Input channels that each sample chooses from. */
    inputs: number;
    /** Output channels of each head. */
    outputs: number;
  };
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

/** How an op takes an input: an array, a constant of floats, either of them left out, or all inputs that are left. */
export type InputKind = 'value' | 'constant' | 'value?' | 'constant?' | 'values';

/** An op's inputs by name, in the order of a node's. */
export type InputSchema = Readonly<Record<string, InputKind>>;

type InputOf<K> = K extends 'value'
  ? Value
  : K extends 'constant'
    ? Constant
    : K extends 'value?'
      ? Value | undefined
      : K extends 'constant?'
        ? Constant | undefined
        : readonly Value[];

/** The inputs that a schema describes. */
export type InputsOf<I extends InputSchema> = { readonly [Name in keyof I]: InputOf<I[Name]> };

/** A run of 32-bit words that the kernels read; they are only made when `fill` writes them, once. */
export type Table = { words: number; fill: (floats: Float32Array, ints: Int32Array) => void };

/** Memory during a step; its contents are lost between steps. */
export type Scratch = { bytes: number };

/** The address of something that a plan names: an input, the output, a table or scratch memory. Multiples of 64 bytes. */
export type AddressOf = (place: Value | Table | Scratch) => number;

/**
 * Told by a step of several layers when it has worked on one of them; and by a step whose work depends on the sample, how
 * many multiply-accumulates it did.
 */
export type Clock = (layer: number, macs?: number) => void;

/** One step of a run. */
export type Step = (clock?: Clock) => void;

/** Which rows of the input the output's rows `first` to `last` - 1 read. */
export type RowsRead = (first: number, last: number) => readonly [number, number];

/**
 * Makes rows `first` to `last` - 1 of a sample's output; `x` and `y` are the addresses that row 0 of the sample's input and
 * output has or would have.
 */
export type RowsStep = (sample: number, first: number, last: number, x: number, y: number) => void;

/** How an op whose layers may run in bands of rows (the axis after the samples) makes them. */
export type RowsPlan = {
  /** The rows of the first input, from the first up to the last, not included, that a band reads. */
  reads: RowsRead;
  bind: (kernels: Kernels, address: AddressOf) => RowsStep;
};

/** How an op runs on arrays of given shapes. */
export type Plan = {
  /** Tables of the shapes. Their lengths are known without the work of filling them. */
  tables?: readonly Table[];
  scratch?: readonly Scratch[];
  /** An input whose memory the output may take, given the same size and no later reader. */
  overwrites?: Value | undefined;
} & (
  | { rows: RowsPlan }
  | {
      rows?: never;
      /** Fixes all arguments of the kernels. */
      bind: (kernels: Kernels, address: AddressOf) => Step;
    }
);

/** An op brought down to kernels: what is worked out once a model, and what gives a plan for each batch size. */
export type Lowered<Inputs> = {
  /** Tables that do not depend on the batch: weights in the order in which the kernels read them. */
  packed?: readonly Table[];
  /** Inputs that need no memory of their own; with `packed` tables their data is let go once these are filled. */
  replaces?: readonly Value[];
  plan: (inputs: Inputs, output: Value) => Plan;
};

/** The declaration of an op. */
export type OpSpec<S extends Schema, I extends InputSchema> = {
  /** The byte in the model file; never given to another op. */
  code: number;
  name: string;
  inputs: I;
  attrs: S;
  /** Shape of the output; throws `ShapeError` for inputs or attributes that do not fit. */
  shape: (inputs: InputsOf<I>, attrs: AttrsOf<S>) => readonly number[];
  /** Type of the output; that of the first input unless given. Throws `ShapeError` for types it does not take. */
  type?: (inputs: InputsOf<I>, attrs: AttrsOf<S>) => DataType;
  /** Whether the output is the first input under another shape. */
  alias?: boolean;
  /** Whether every element of the output is one of the first input. */
  moves?: boolean;
  /** What the elements of the output are, for an op that makes probabilities. */
  scores?: (attrs: AttrsOf<S>) => ScoreKind | undefined;
  /** Multiply-accumulates for one run; none unless given. */
  macs?: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => number;
  /** The channels that the outputs read, for ops that may have groups. */
  structure?: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => Structure;
} & (
  | {
      /** How the op runs, for ops that need nothing but the shapes. */
      plan: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => Plan;
    }
  | {
      /** How the op runs, for ops that work something out once a model. */
      lower: (inputs: InputsOf<I>, attrs: AttrsOf<S>) => Lowered<InputsOf<I>>;
    }
  | { alias: true }
);

/** An op as graphs use it: its hooks take a node's list of inputs. */
export type Op<S extends Schema = Schema, I extends InputSchema = InputSchema> = {
  readonly code: number;
  readonly name: string;
  readonly inputs: I;
  readonly attrs: S;
  /** Fewest and most inputs. */
  readonly arity: readonly [number, number];
  readonly alias: boolean;
  readonly moves: boolean;
  readonly scores: (attrs: AttrsOf<S>) => ScoreKind | undefined;
  readonly shape: (inputs: readonly Value[], attrs: AttrsOf<S>) => readonly number[];
  readonly type: (inputs: readonly Value[], attrs: AttrsOf<S>) => DataType;
  readonly macs: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => number;
  readonly structure: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => Structure | undefined;
  readonly lower: (inputs: readonly Value[], attrs: AttrsOf<S>) => Lowered<readonly Value[]>;
  /** Whether a node has weights: constants of floats that `lower` packs. */
  readonly hasWeights: (inputs: readonly Value[]) => boolean;
};

/** An op whose schemas are not known statically. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- hooks take the attributes of their own schema
export type AnyOp = Omit<Op<any, any>, 'attrs' | 'inputs'> & { attrs: Schema; inputs: InputSchema };

/** Declares an op; the schemas give the types of its attributes and inputs. */
export const defineOp = <const S extends Schema, const I extends InputSchema>(spec: OpSpec<S, I>): Op<S, I> => {
  const { code, name, inputs: schema, attrs: attributes } = spec;
  const named = (inputs: readonly Value[]) => nameInputs(spec, inputs);
  return {
    code,
    name,
    inputs: schema,
    attrs: attributes,
    arity: arityOf(schema),
    alias: spec.alias ?? false,
    moves: spec.moves ?? false,
    scores: spec.scores ?? (() => undefined),
    shape: (inputs, attrs) => spec.shape(named(inputs), attrs),
    type: (inputs, attrs) => spec.type?.(named(inputs), attrs) ?? inputs[0]!.type,
    macs: (inputs, output, attrs) => spec.macs?.(named(inputs), output, attrs) ?? 0,
    structure: (inputs, output, attrs) => spec.structure?.(named(inputs), output, attrs),
    hasWeights: (inputs) => 'lower' in spec && inputs.slice(1).some(({ data }) => data instanceof Float32Array),
    lower: (inputs, attrs) => {
      if ('lower' in spec) {
        const { plan, ...rest } = spec.lower(named(inputs), attrs);
        return { ...rest, plan: (own, output) => plan(named(own), output) };
      }
      if ('plan' in spec) return { plan: (own, output) => spec.plan(named(own), output, attrs) };
      return { plan: () => ({ bind: () => () => {} }) };
    },
  };
};

/** The most inputs of an op that takes any number. */
const MAX_INPUTS = 4096;

const arityOf = (inputs: InputSchema): [number, number] => {
  const kinds = Object.values(inputs);
  const needed = kinds.filter((kind) => !kind.endsWith('?')).length;
  return [needed, kinds.includes('values') ? MAX_INPUTS : kinds.length];
};

/** A node's inputs by name. @throws {ShapeError} if one that must be a constant is none */
export const nameInputs = <I extends InputSchema>(
  op: { name: string; inputs: I },
  inputs: readonly Value[],
): InputsOf<I> => {
  const entries = Object.entries(op.inputs).map(([name, kind], index) => {
    const input = inputs[index];
    if (kind === 'values') return [name, inputs.slice(index)];
    if (input && kind.startsWith('constant') && !(input.data instanceof Float32Array)) {
      throw new ShapeError(`input ${name} of ${op.name} must be a constant of floats`);
    }
    return [name, input];
  });
  return Object.fromEntries(entries) as InputsOf<I>;
};

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
