// Builds small networks in the form that the ONNX reader produces: channels second, spatial layers between transposes.

import type { Graph, Node } from '../../src/ir/graph.js';
import type { Value } from '../../src/ir/value.js';
import type { AnyOp } from '../../src/ir/op.js';
import type { Attrs } from '../../src/ir/schema.js';
import { binary } from '../../src/ops/binary.js';
import { clip } from '../../src/ops/clip.js';
import { conv } from '../../src/ops/conv/conv.js';
import { pool } from '../../src/ops/pool.js';
import { transpose } from '../../src/ops/transpose.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { constantOf, graphOf, nodeOf, valueOf } from './graph-runner.js';
import { attrsFor, type ConvAttrs } from './conv-reference.js';
import { seededFloats } from './seeded.js';

/** Collects the nodes of a network. Every method returns the value that it adds. */
export class Builder {
  readonly inputs: Value[] = [];
  readonly nodes: Node[] = [];
  private seed = 1;

  input(...shape: number[]): Value {
    const value = valueOf(`x${this.inputs.length}`, shape);
    this.inputs.push(value);
    return value;
  }

  constant(shape: readonly number[], low = -1, high = 1): Value {
    return constantOf(`c${this.seed}`, shape, seededFloats(sizeOf(shape), this.seed++, low, high));
  }

  add(op: AnyOp, attrs: Attrs, ...inputs: Value[]): Value {
    const node = nodeOf(op, attrs, inputs, `${op.name}${this.nodes.length}`);
    this.nodes.push(node);
    return node.output;
  }

  clip(x: Value, low: number, high: number): Value {
    return this.add(clip, { low, high }, x);
  }

  binary(kind: string, a: Value, b: Value): Value {
    return this.add(binary, { kind }, a, b);
  }

  transpose(x: Value, ...perm: number[]): Value {
    return this.add(transpose, { perm }, x);
  }

  /** A convolution of an array with channels last. */
  convLast(x: Value, outputs: number, attrs: Partial<ConvAttrs> = {}): Value {
    const all = attrsFor(x.shape.length - 2, attrs);
    const w = this.constant([outputs, ...all.kernel, x.shape.at(-1)! / all.group]);
    return this.add(conv, all, x, w, this.constant([outputs]));
  }

  /** A convolution of [N, C, height, width]. */
  conv(x: Value, outputs: number, attrs: Partial<ConvAttrs> = {}): Value {
    return this.transpose(this.convLast(this.transpose(x, 0, 2, 3, 1), outputs, attrs), 0, 3, 1, 2);
  }

  /** A pool of [N, height, width, C]: unless `attrs` say otherwise, a 2x2 maximum that keeps the size. */
  poolLast(x: Value, attrs: Attrs = {}): Value {
    const window = { kernel: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 1, 1] };
    return this.add(pool, { kind: 'max', ...window, ceil: false, countPads: false, p: 2, ...attrs }, x);
  }

  /** A 2x2 maximum of [N, C, height, width] that keeps the size. */
  pool(x: Value): Value {
    return this.transpose(this.poolLast(this.transpose(x, 0, 2, 3, 1)), 0, 3, 1, 2);
  }

  graph(...outputs: Value[]): Graph {
    return graphOf(this.inputs, this.nodes, outputs);
  }
}

/** The names of the ops in order. */
export const opsOf = (graph: Graph): string[] => graph.nodes.map(({ op }) => op.name);
