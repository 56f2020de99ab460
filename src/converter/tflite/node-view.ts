// A TensorFlow Lite node as rules see it: options with defaults, and inputs as values of the graph.

import type { DataType } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { axisOf } from '../reading/axes.js';
import { checkLength, NodeInputs } from '../reading/node-inputs.js';
import { refuse } from '../reading/refusal.js';
import { typeName } from './element-types.js';
import { valueType } from './encoding.js';
import type { Dilated, TfliteNode, TfliteTensor } from './model.js';
import { optionField } from './operators.js';

/** A node whose inputs are values of the graph. Every method throws a `Refusal` if the node does not have what it asks for. */
export class NodeView extends NodeInputs {
  constructor(
    private readonly node: TfliteNode,
    inputs: readonly (Value | undefined)[],
  ) {
    super(inputs);
  }

  get opType(): string {
    return this.node.opType;
  }

  /** What replaces the padding and dilation in the options of a convolution. */
  get dilated(): Dilated | undefined {
    return this.node.dilated;
  }

  /** Options of an operator that is not built in. */
  get custom(): Uint8Array {
    return this.node.custom;
  }

  /** How many outputs there are. */
  get outputs(): number {
    return this.node.to.length;
  }

  /** The tensor that the file has for an input. */
  from(index: number): TfliteTensor | undefined {
    return this.node.from[index];
  }

  /** The tensor that the file has for an output. */
  to(index = 0): TfliteTensor {
    return this.node.to[index] ?? refuse(`output ${index} is missing`);
  }

  /** The type that an output has in a graph. */
  outputType(): DataType {
    const tensor = this.to();
    return valueType(tensor) ?? refuse(`type ${typeName(tensor.type)} is not supported`);
  }

  int(name: string, fallback = 0): number {
    return this.node.options?.int(optionField(this.opType, name), fallback) ?? fallback;
  }

  float(name: string): number {
    return this.node.options?.float(optionField(this.opType, name)) ?? 0;
  }

  flag(name: string): boolean {
    return this.node.options?.flag(optionField(this.opType, name)) ?? false;
  }

  ints(name: string): readonly number[] {
    return checkLength(name, this.node.options?.ints(optionField(this.opType, name)) ?? []);
  }

  /** An enumeration, whose values are `words` from 0 on. */
  word<const W extends string>(name: string, words: readonly W[]): W {
    const found = this.node.options?.byte(optionField(this.opType, name)) ?? 0;
    return words[found] ?? refuse(`${name} ${found} is not supported`);
  }

  /** An axis as an index. */
  axis(rank: number, name = 'axis'): number {
    return axisOf(this.int(name), rank);
  }
}
