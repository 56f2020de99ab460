// The inputs of a node as rules see them.

import { LIMITS } from '../../format/layout.js';
import type { Value } from '../../ir/value.js';
import type { Constant } from './builder.js';
import { cut } from './cut.js';
import { refuse } from './refusal.js';

/** A list of axes, sizes or parts; refuses one that is longer than a node's list of inputs may be. */
export const checkLength = <List extends { length: number }>(name: string, list: List): List =>
  list.length > LIMITS.inputs
    ? refuse(`${name} has ${list.length} elements; at most ${LIMITS.inputs} are supported`)
    : list;

/** The inputs of a node. Every method throws a `Refusal` if the node does not have what it asks for. */
export class NodeInputs {
  constructor(
    /** The inputs; undefined if left out. */
    readonly inputs: readonly (Value | undefined)[],
  ) {}

  /** A required input. */
  input(index: number): Value {
    return this.inputs[index] ?? refuse(`input ${index} is missing`);
  }

  /** All inputs of an operator that takes any number of them. */
  all(): Value[] {
    if (this.inputs.length === 0) refuse('it has no inputs');
    return this.inputs.map((_, index) => this.input(index));
  }

  optional(index: number): Value | undefined {
    return this.inputs[index];
  }

  /** A required input that must be constant; `advice` says what to do if it is not. */
  constant(index: number, advice = ''): Constant {
    const value = this.input(index);
    if (!value.data) refuse(`input '${cut(value.name)}' must be constant${advice && `: ${advice}`}`);
    return value as Constant;
  }

  /** The numbers of a constant input, such as a shape; undefined if it is left out. */
  numbers(index: number): number[] | undefined {
    return (
      this.inputs[index] && Array.from(checkLength(`input '${cut(this.input(index).name)}'`, this.constant(index).data))
    );
  }

  /** The single number of a constant input; undefined if it is left out. */
  number(index: number): number | undefined {
    const numbers = this.numbers(index);
    if (numbers && numbers.length !== 1) refuse(`input '${cut(this.input(index).name)}' must have one element`);
    return numbers?.[0];
  }
}
