// The names and kinds of an op's attributes and inputs. The format, the converter and `inspect` iterate over them.

import { ShapeError } from '../errors.js';
import type { Block } from './structure.js';
import type { Constant, Value } from './value.js';

/**
 * How an attribute is stored; a list of words is an enumeration stored as its index. `axes` are stored as `i32s`, but never
 * follow from sizes: then it would depend on a size which axes of the outputs are open.
 */
export type AttrKind = 'i32' | 'f32' | 'bool' | 'i32s' | 'axes' | 'f32s' | 'blocks' | readonly string[];

/** Attribute names with their kinds, in the order of the file. */
export type Schema = Readonly<Record<string, AttrKind>>;

type AttrValue<K> = K extends 'i32' | 'f32'
  ? number
  : K extends 'bool'
    ? boolean
    : K extends 'i32s' | 'axes' | 'f32s'
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

/** What an input must be: an array, a constant of floats, an optional one of either (`?`), or all remaining inputs. */
export type InputKind = 'value' | 'constant' | 'value?' | 'constant?' | 'values';

/** An op's inputs by name, in the order of a node's inputs. */
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

/** The maximum number of inputs of an op that takes any number. */
const MAX_INPUTS = 4096;

/** Minimum and maximum number of inputs of an op. */
export const arityOf = (inputs: InputSchema): [number, number] => {
  const kinds = Object.values(inputs);
  const needed = kinds.filter((kind) => !kind.endsWith('?')).length;
  return [needed, kinds.includes('values') ? MAX_INPUTS : kinds.length];
};

/** A node's inputs by name. @throws {ShapeError} if an input that must be a constant is not */
export const nameInputs = <I extends InputSchema>(
  op: { name: string; inputs: I },
  inputs: readonly Value[],
): InputsOf<I> => {
  const named: Record<string, unknown> = {};
  let index = 0;
  for (const name in op.inputs) {
    const [kind, input] = [op.inputs[name]!, inputs[index]];
    if (input && kind.startsWith('constant') && !(input.data instanceof Float32Array)) {
      throw new ShapeError(`input ${name} of ${op.name} must be a constant of floats`);
    }
    named[name] = kind === 'values' ? inputs.slice(index) : input;
    index++;
  }
  return named as InputsOf<I>;
};
