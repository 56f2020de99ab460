// An ONNX node as rules see it: attributes with defaults, and inputs as values of the graph.

import type { Value } from '../../ir/value.js';
import { axisOf } from '../reading/axes.js';
import { checkLength, NodeInputs } from '../reading/node-inputs.js';
import { refuse } from '../reading/refusal.js';
import type { DataType } from '../../ir/tensor.js';
import { constantTypeOf } from './elements.js';
import { elementName, type OnnxAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.js';

/** A node whose inputs are values of the graph. Every method throws a `Refusal` if the node does not have what it asks for. */
export class NodeView extends NodeInputs {
  constructor(
    private readonly node: OnnxNode,
    /** The operator set version that the model is written for. */
    readonly opset: number,
    inputs: readonly (Value | undefined)[],
    private readonly elementTypes: readonly (number | undefined)[],
  ) {
    super(inputs);
  }

  get opType(): string {
    return this.node.opType;
  }

  /** Names of the outputs; empty for outputs that are not used. */
  get outputs(): readonly string[] {
    return this.node.outputs;
  }

  /** The ONNX element type of an input; undefined if it is not known. */
  elementType(index: number): number | undefined {
    return this.elementTypes[index];
  }

  has(name: string): boolean {
    return this.node.attributes.has(name);
  }

  int(name: string, fallback?: number): number {
    return this.attribute(name, 2, ({ int }) => int, fallback);
  }

  flag(name: string, fallback: boolean): boolean {
    return this.int(name, Number(fallback)) !== 0;
  }

  float(name: string, fallback?: number): number {
    return this.attribute(name, 1, ({ float }) => float, fallback);
  }

  /** A string that a rule reads itself. */
  text(name: string): string {
    return this.attribute(name, 3, ({ text }) => text);
  }

  /** A string, which must be one of `words` if they are given; the first is the default. */
  word<const W extends string>(name: string, words: readonly W[]): W {
    const found = this.attribute(name, 3, ({ text }) => text, words[0]!);
    return words.find((word) => word === found) ?? refuse(`${name} '${found}' is not supported`);
  }

  ints(name: string, fallback?: readonly number[]): readonly number[] {
    return checkLength(
      name,
      this.attribute(name, 7, ({ ints }) => ints, fallback),
    );
  }

  floats(name: string, fallback?: readonly number[]): readonly number[] {
    return checkLength(
      name,
      this.attribute(name, 6, ({ floats }) => floats, fallback),
    );
  }

  texts(name: string, fallback?: readonly string[]): readonly string[] {
    return checkLength(
      name,
      this.attribute(name, 8, ({ texts }) => texts, fallback),
    );
  }

  /** The elements of a constant in the node itself. */
  elements(name: string): readonly number[] {
    const isInteger = name === 'value_ints';
    return this.attribute(name, isInteger ? 7 : 6, ({ ints, floats }) => (isInteger ? ints : floats));
  }

  tensor(name: string): OnnxTensor {
    return this.attribute<OnnxTensor | undefined>(name, 4, ({ tensor }) => tensor) ?? refuse(`${name} is missing`);
  }

  /** The type of an attribute that names an ONNX element type; undefined if it is left out. */
  outputType(name: string): DataType | undefined {
    if (!this.has(name)) return undefined;
    const type = this.int(name);
    return constantTypeOf(type) ?? refuse(`${name} ${elementName(type)} is not supported`);
  }

  /** A network that is an attribute. */
  graph(name: string): OnnxGraph {
    return this.attribute<OnnxGraph | undefined>(name, 5, ({ graph }) => graph) ?? refuse(`${name} is missing`);
  }

  /** An axis attribute as an index. */
  axis(rank: number, fallback?: number, name = 'axis'): number {
    return axisOf(this.int(name, fallback), rank);
  }

  /** Refuses an attribute whose value is not the only one that is supported. */
  only(name: string, value: number): void {
    const found = this.int(name, value);
    if (found !== value) refuse(`${name} ${found} is not supported`);
  }

  private attribute<T>(name: string, type: number, pick: (attribute: OnnxAttribute) => T, fallback?: T): T {
    const attribute = this.node.attributes.get(name);
    if (attribute && attribute.type !== type) refuse(`attribute ${name} has the wrong type`);
    const value = attribute ? pick(attribute) : fallback;
    return value ?? refuse(`attribute ${name} is missing`);
  }
}
