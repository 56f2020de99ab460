// Makes random ONNX networks: values with known shapes, and nodes that read them.

import type { AttributeSpec, ModelSpec, NodeSpec, TensorSpec } from '../../test/support/onnx/write.js';
import { floats, longs } from '../../test/support/onnx/write.js';
import type { Pick } from '../engine/mutate.js';

/** A value of a network. */
export type Random = {
  name: string;
  shape: readonly number[];
  /** Whether all programs compute the same bits: it was only moved or compared, so that it may be rounded or ranked. */
  isExact: boolean;
};

/** Maximum number of elements and axes of a value. */
const MAX_ELEMENTS = 4096;
const MAX_RANK = 5;

/** The number of elements. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** A network that grows. */
export class GraphMaker {
  readonly values: Random[] = [];
  private readonly nodes: NodeSpec[] = [];
  private readonly tensors: TensorSpec[] = [];
  private readonly inputs: Random[] = [];
  private readonly read = new Set<string>();
  private count = 0;

  constructor(readonly pick: Pick) {}

  /** One of a list. */
  one<T>(list: readonly T[]): T {
    return list[this.pick(list.length)]!;
  }

  /** Whether a chance of one in `count` comes up. */
  chance(count: number): boolean {
    return this.pick(count) === 0;
  }

  /** A whole number, both limits included. */
  between(low: number, high: number): number {
    return low + this.pick(high - low + 1);
  }

  private fresh(): string {
    return `v${this.count++}`;
  }

  /** Adds an input of the network. */
  input(shape: readonly number[]): void {
    const value = { name: this.fresh(), shape, isExact: true };
    this.inputs.push(value);
    this.values.push(value);
  }

  /** The name of a constant with these floats. */
  constant(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = this.fresh();
    this.tensors.push(floats(name, [...dims], [...values]));
    return name;
  }

  /** The name of a constant of random multiples of 1/8. */
  floats(shape: readonly number[], low = -2, high = 2): string {
    const number = (): number => low + this.pick((high - low) * 8 + 1) / 8;
    return this.constant(Array.from({ length: sizeOf(shape) }, number), shape);
  }

  /** The name of a constant of whole numbers. */
  longs(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = this.fresh();
    this.tensors.push(longs(name, [...values], [...dims]));
    return name;
  }

  /** A value of which `fits` is true, one of the last rather than one of the first. */
  value(fits: (value: Random) => boolean = () => true): Random | undefined {
    const fitting = this.values.filter(fits);
    const fromEnd = Math.min(this.pick(fitting.length), this.pick(fitting.length));
    return fitting[fitting.length - 1 - fromEnd];
  }

  private push(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, AttributeSpec>,
  ): void {
    for (const input of inputs) this.read.add(input);
    this.nodes.push({ op, name: `${op}_${this.nodes.length}`, inputs: [...inputs], outputs: [...outputs], attributes });
  }

  /** Adds a node whose output only the next node reads. @returns the name of that output */
  inner(op: string, inputs: readonly string[], attributes: Record<string, AttributeSpec> = {}): string {
    const name = this.fresh();
    this.push(op, inputs, [name], attributes);
    return name;
  }

  /** Adds a node with outputs of these shapes, unless one is too large or empty. @returns whether it did */
  node(
    op: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: Record<string, AttributeSpec> = {},
    isExact = false,
  ): boolean {
    const fits = (shape: readonly number[]): boolean =>
      shape.every((size) => size > 0) && sizeOf(shape) <= MAX_ELEMENTS && shape.length <= MAX_RANK;
    if (!shapes.every(fits)) return false;
    const outputs = shapes.map((shape) => ({ name: this.fresh(), shape, isExact }));
    const names = outputs.map(({ name }) => name);
    this.push(op, inputs, names, attributes);
    this.values.push(...outputs);
    return true;
  }

  /** The network; all values that no node reads are outputs. */
  finish(): { spec: ModelSpec; inputs: readonly Random[]; ops: string[] } {
    const isInner = (value: Random): boolean => this.read.has(value.name) || this.inputs.includes(value);
    const spec = {
      nodes: this.nodes,
      inputs: this.inputs.map(({ name, shape }) => ({ name, dims: [...shape] })),
      outputs: this.values.filter((value) => !isInner(value)).map(({ name }) => name),
      tensors: this.tensors,
    };
    return { spec, inputs: this.inputs, ops: this.nodes.map(({ op }) => op) };
  }
}

/** Adds a node to a network, with those that it needs. @returns whether it could */
export type AddNode = (maker: GraphMaker) => boolean;
