// What an op is, and a node, which applies one. The format, the converter, the planner and `inspect` iterate over these declarations.

import type { KernelModule } from '../kernels/wasm.js';
import {
  arityOf,
  nameInputs,
  type Attrs,
  type AttrsOf,
  type InputSchema,
  type InputsOf,
  type Schema,
} from './schema.js';
import { ShapeError } from '../errors.js';
import type { Lowered, Numerics, Plan, Table } from './plan.js';
import type { Structure } from './structure.js';
import type { DataType } from './tensor.js';
import type { Value } from './value.js';

/** What a vector of scores holds: `probabilities`, `logarithms` of probabilities, or `logits` before softmax. */
export type ScoreKind = 'probabilities' | 'logarithms' | 'logits';

/** One operation: `output = op(inputs)`. */
export type Node = {
  name: string;
  op: AnyOp;
  attrs: Attrs;
  inputs: Value[];
  output: Value;
  /** The numbers in `attrs` that are other ones for other sizes of the network's inputs. */
  derived?: readonly DerivedNumber[];
};

/** times * size / over + plus, a whole number, where size is the product of the sizes of `from` along `axes`. */
export type SizeFormula = {
  from: Value;
  axes: readonly number[];
  times: number;
  over: number;
  plus: number;
};

/** A number in a list of a node's attributes, `attrs[attr][index]`. `from` is computed before the node. */
export type DerivedNumber = SizeFormula & { attr: string; index: number };

/** Nodes that run as one step. */
export type LoweredNodes = {
  /** Tables that do not depend on sizes. */
  packed: readonly Table[];
  /** Inputs that need no memory of their own. */
  replaces: readonly Value[];
  /** Plans these nodes for inputs of any size. */
  plan: (nodes: readonly Node[]) => Plan;
};

/** How nodes that end with an op run as one step. */
export type Chains = {
  /**
   * Finds chains of one or more nodes, whose last one has the op: indices of consecutive nodes, each read only by the next. Values in
   * `whole` are read elsewhere too.
   */
  find: (nodes: readonly Node[], whole: ReadonlySet<Value>) => readonly (readonly number[])[];
  lower: (nodes: readonly Node[], numerics: Numerics) => LoweredNodes;
};

/** The declaration of an op. */
export type OpSpec<S extends Schema, I extends InputSchema> = {
  /** The byte in the model file; never reused for another op. */
  code: number;
  name: string;
  inputs: I;
  attrs: S;
  /** Shape of the output; throws `ShapeError` for invalid inputs or attributes. */
  shape: (inputs: InputsOf<I>, attrs: AttrsOf<S>) => readonly number[];
  /** Type of the output; by default that of the first input. Throws `ShapeError` for unsupported types. */
  type?: (inputs: InputsOf<I>, attrs: AttrsOf<S>) => DataType;
  /** Whether the output is the first input with another shape. */
  alias?: boolean;
  /** Whether every element of the output is one of the first input, or the same number as an integer times a scale. */
  moves?: boolean;
  /** Whether inputs may be `int8` values. */
  int8?: boolean;
  /** The module of the kernels that the op needs in addition to those of every model. */
  kernels?: KernelModule;
  /** What the elements of the output are, for an op that produces probabilities. */
  scores?: (attrs: AttrsOf<S>) => ScoreKind | undefined;
  /**
   * How many rows of an output are valid, for an op whose `shape` gives the most that there can be. The output must be one of
   * the network.
   */
  rows?: (output: ArrayLike<number>) => number;
  /** Multiply-accumulates for one run; by default none. */
  macs?: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => number;
  /** Steps of one run, for ops in TypeScript that take many more than they have inputs and outputs. */
  work?: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => number;
  /** For ops that run faster together with the nodes before them. */
  chains?: Chains;
  /** The channels that the outputs read, for ops that may have groups. */
  structure?: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => Structure;
} & (
  | {
      /** How the op runs, for ops that depend only on shapes. */
      plan: (inputs: InputsOf<I>, output: Value, attrs: AttrsOf<S>) => Plan;
    }
  | {
      /** How the op runs, for ops that prepare something once per model. */
      lower: (inputs: InputsOf<I>, attrs: AttrsOf<S>, numerics: Numerics) => Lowered<InputsOf<I>>;
    }
  | { alias: true }
);

/** An op as graphs use it: its hooks take a node's list of inputs. */
export type Op<S extends Schema = Schema, I extends InputSchema = InputSchema> = {
  readonly code: number;
  readonly name: string;
  readonly inputs: I;
  readonly attrs: S;
  /** Minimum and maximum number of inputs. */
  readonly arity: readonly [number, number];
  readonly alias: boolean;
  readonly moves: boolean;
  readonly scores: (attrs: AttrsOf<S>) => ScoreKind | undefined;
  readonly shape: (inputs: readonly Value[], attrs: AttrsOf<S>) => readonly number[];
  readonly type: (inputs: readonly Value[], attrs: AttrsOf<S>) => DataType;
  readonly kernels: KernelModule | undefined;
  readonly rows: ((output: ArrayLike<number>) => number) | undefined;
  readonly macs: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => number;
  readonly work: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => number;
  readonly chains: Chains | undefined;
  readonly structure: (inputs: readonly Value[], output: Value, attrs: AttrsOf<S>) => Structure | undefined;
  readonly lower: (inputs: readonly Value[], attrs: AttrsOf<S>, numerics: Numerics) => Lowered<readonly Value[]>;
  /** Whether attributes may follow from sizes: all that the op makes of them is made when it is planned. */
  readonly derivable: boolean;
  /** Whether a node has weights: constants of floats that `lower` packs. */
  readonly hasWeights: (inputs: readonly Value[]) => boolean;
};

/** An op whose schemas are not known statically. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- hooks take the attributes of their own schema
export type AnyOp = Omit<Op<any, any>, 'attrs' | 'inputs'> & { attrs: Schema; inputs: InputSchema };

/** Declares an op; the schemas give the types of its attributes and inputs. */
export const defineOp = <const S extends Schema, const I extends InputSchema>(spec: OpSpec<S, I>): Op<S, I> => {
  const { code, name, inputs: schema, attrs: attributes } = spec;
  const named = (inputs: readonly Value[]) => {
    const integers = spec.int8 ? undefined : inputs.find(({ type }) => type === 'int8');
    if (integers) throw new ShapeError(`${integers.name} is int8, which ${name} cannot read`);
    return nameInputs(spec, inputs);
  };
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
    type: (inputs, attrs) => {
      const own = named(inputs);
      return spec.type?.(own, attrs) ?? inputs[0]!.type;
    },
    kernels: spec.kernels,
    rows: spec.rows,
    macs: (inputs, output, attrs) => spec.macs?.(named(inputs), output, attrs) ?? 0,
    work: (inputs, output, attrs) => spec.work?.(named(inputs), output, attrs) ?? 0,
    chains: spec.chains,
    structure: (inputs, output, attrs) => spec.structure?.(named(inputs), output, attrs),
    derivable: !('lower' in spec),
    hasWeights: (inputs) => 'lower' in spec && inputs.slice(1).some(({ data }) => data instanceof Float32Array),
    lower: (inputs, attrs, numerics) => {
      if ('lower' in spec) {
        const { plan, ...rest } = spec.lower(named(inputs), attrs, numerics);
        return { ...rest, plan: (own, output, now) => plan(named(own), output, now) };
      }
      if ('plan' in spec) return { plan: (own, output, now) => spec.plan(named(own), output, now as AttrsOf<S>) };
      return { plan: () => ({ bind: () => () => {} }) };
    },
  };
};
