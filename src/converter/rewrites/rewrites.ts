// What passes may do to the nodes of an op. Declared apart from the op, so that the runtime does not carry it.

import type { AnyOp, Op } from '../../ir/op.js';
import { nameInputs, type Attrs, type AttrsOf, type InputSchema, type InputsOf, type Schema } from '../../ir/schema.js';
import type { Value } from '../../ir/value.js';

/** A value that is `source` at `indices` of its last axis. */
export type Selection = { source: Value; indices: readonly number[] };

/** Attributes and inputs that a node takes instead of its own. */
export type Form<A, Inputs> = { attrs: A; inputs: Inputs };

/** What `select` gives: the old output is the new one's `indices` along the last axis, or the new one itself. */
export type SelectedForm<A, Inputs> = Form<A, Inputs> & { indices?: readonly number[] };

type Hooks<A, Inputs, Selections> = {
  /**
   * The same op on inputs whose axes are permuted back: for inputs `transpose(x, perm)`, the attributes that act on `x`
   * and the permutation that turns the new output into the old one. Undefined if there is no such form.
   */
  permute?: (inputs: Inputs, attrs: A, perm: readonly number[]) => { attrs: A; perm: readonly number[] } | undefined;
  /** How many of the inputs, the first ones, have the axes that `permute` moves; all unless given. */
  permutedInputs?: number;
  /**
   * Whether channel c of the output (its index along the last axis) depends only on channel c of every input, or on the
   * only channel of an input that has one.
   */
  isChannelwise?: (inputs: Inputs, attrs: A) => boolean;
  /**
   * For a channelwise op: its form once inputs and output have only `channels`, in that order. Without it only constants
   * change.
   */
  narrow?: (inputs: Inputs, attrs: A, channels: readonly number[]) => Form<A, Inputs>;
  /**
   * For an op that is not channelwise and can leave out channels of its output: gives the channels of the first input that
   * a channel of the output needs. Other inputs that are not constant are read channel by channel.
   */
  reads?: (inputs: Inputs, attrs: A) => (channel: number) => readonly number[];
  /**
   * For an op with `reads`: its form once its output has only `channels` and its first input only the channels `read`. Both
   * lists ascend and are not empty.
   */
  prune?: (inputs: Inputs, attrs: A, channels: readonly number[], read: readonly number[]) => Form<A, Inputs>;
  /** The indices along the last axis of the first input that make up the output's, if that is all the op does. */
  asSelection?: (inputs: Inputs, attrs: A) => readonly number[] | undefined;
  /** The same op on the sources of the inputs that have a selection. Undefined if there is no such form. */
  select?: (inputs: Inputs, attrs: A, selections: Selections) => SelectedForm<A, Inputs> | undefined;
  /** The form whose output's last axis has another order: index i is now at `places[i]`. */
  reorder?: (inputs: Inputs, attrs: A, places: readonly number[]) => Form<A, Inputs> | undefined;
  /** Whether attributes `low` and `high` bound the output. */
  hasBounds?: boolean;
  /** The form that adds one more value of the output's shape, before `low` and `high` apply. */
  add?: (inputs: Inputs, attrs: A, addend: Value) => Inputs | undefined;
  /** The inputs with which the op gives `scale[c] * y + shift[c]` for each channel c of its output y. */
  scale?: (inputs: Inputs, attrs: A, scale: Float32Array, shift: Float32Array) => Inputs | undefined;
};

/** The selections of an op's inputs, by name; those of inputs that are not selected are undefined. */
export type SelectionsOf<I extends InputSchema> = {
  readonly [Name in keyof I]: I[Name] extends 'values' ? readonly (Selection | undefined)[] : Selection | undefined;
};

/** Rewrites of an op, whose inputs they take by name. */
export type RewritesSpec<S extends Schema, I extends InputSchema> = Hooks<AttrsOf<S>, InputsOf<I>, SelectionsOf<I>>;

/** Rewrites of a node, whose inputs they take as its list. */
export type Rewrites = Hooks<Attrs, readonly Value[], readonly (Selection | undefined)[]>;

/** Declares the rewrites of an op. */
export const defineRewrites = <S extends Schema, I extends InputSchema>(
  op: Op<S, I>,
  spec: RewritesSpec<S, I>,
): readonly [AnyOp, Rewrites] => [op, byList(op, spec as Hooks<never, never, never>)];

/** The rewrites of `spec` for lists of inputs. */
const byList = (op: { name: string; inputs: InputSchema }, spec: Hooks<never, never, never>): Rewrites => {
  const named = (inputs: readonly Value[]) => nameInputs(op, inputs) as never;
  const listed = (inputs: object): Value[] =>
    Object.keys(op.inputs)
      .flatMap((name) => (inputs as Record<string, Value | undefined>)[name])
      .filter((input) => input !== undefined);
  const formOf = <F extends Form<unknown, object>>(form: F | undefined) =>
    form && { ...form, attrs: form.attrs as Attrs, inputs: listed(form.inputs) };
  const { permute, isChannelwise, narrow, reads, prune, asSelection, select, reorder, add, scale } = spec;
  return {
    permutedInputs: spec.permutedInputs,
    hasBounds: spec.hasBounds,
    permute: permute && ((inputs, attrs, perm) => permute(named(inputs), attrs as never, perm)),
    isChannelwise: isChannelwise && ((inputs, attrs) => isChannelwise(named(inputs), attrs as never)),
    narrow: narrow && ((inputs, attrs, channels) => formOf(narrow(named(inputs), attrs as never, channels))!),
    reads: reads && ((inputs, attrs) => reads(named(inputs), attrs as never)),
    prune: prune && ((inputs, attrs, channels, read) => formOf(prune(named(inputs), attrs as never, channels, read))!),
    asSelection: asSelection && ((inputs, attrs) => asSelection(named(inputs), attrs as never)),
    select:
      select &&
      ((inputs, attrs, selections) => {
        const names = Object.entries(op.inputs).map(([name, kind], i) => [
          name,
          kind === 'values' ? selections.slice(i) : selections[i],
        ]);
        return formOf(select(named(inputs), attrs as never, Object.fromEntries(names) as never));
      }),
    reorder: reorder && ((inputs, attrs, places) => formOf(reorder(named(inputs), attrs as never, places))),
    add:
      add &&
      ((inputs, attrs, addend) => {
        const sum = add(named(inputs), attrs as never, addend);
        return sum && listed(sum);
      }),
    scale:
      scale &&
      ((inputs, attrs, factor, shift) => {
        const scaled = scale(named(inputs), attrs as never, factor, shift);
        return scaled && listed(scaled);
      }),
  };
};
