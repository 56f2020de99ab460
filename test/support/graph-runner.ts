// Runs small graphs in one memory, as the planner lays them out.

import * as assert from 'uvu/assert';
import { embeddedKernels } from '../../src/kernels/embedded.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { ConstantData, Value } from '../../src/ir/value.js';
import type { AnyOp, Attrs } from '../../src/ir/op.js';
import { bindSteps, fillWeights, layoutRun, layoutWeights } from '../../src/runtime/plan.js';
import { sizeOf, type DataType } from '../../src/ir/tensor.js';
import {
  createMemory,
  growMemory,
  hasRelaxedSimd,
  instantiateKernels,
  PAGE,
  type Build,
} from '../../src/kernels/wasm.js';

/** The builds that the engine can run. */
export const BUILDS: readonly Build[] = hasRelaxedSimd() ? ['simd', 'relaxed'] : ['simd'];

/** Gives the outputs of a graph for the data of its inputs. */
export type RunGraph = (graph: Graph, inputs: readonly ConstantData[], kept?: readonly Value[]) => ConstantData[];

const POISON = 0x7fc0dead; // a NaN that can be recognised
const GUARD = 16; // words behind everything

/** A runner whose memory is full of NaN before every run; checks that constants, tables and what is behind stay as they are. */
export const createRunner = async (build: Build): Promise<RunGraph> => {
  const memory = createMemory(PAGE);
  const kernels = await instantiateKernels(await embeddedKernels(build), memory);
  const view = ({ type, shape }: Value, address: number): ConstantData =>
    new (type === 'float32' ? Float32Array : Int32Array)(memory.buffer, address, sizeOf(shape));
  return (graph, inputs, kept = []) => {
    const weights = layoutWeights(graph);
    const layout = layoutRun(graph, weights, kept);
    const { total, arena } = layout.memory;
    growMemory(memory, total + GUARD * 4);
    const words = new Int32Array(memory.buffer, 0, total / 4 + GUARD);
    words.fill(POISON, 16);
    fillWeights(memory, weights);
    const steps = bindSteps(kernels, memory, weights, layout);
    graph.inputs.forEach((value, i) => view(value, layout.addressOf(value)).set(inputs[i]!));
    const fixed = layout.memory.weights + layout.memory.tables;
    const before = words.slice(0, fixed / 4);
    for (const { run } of steps) run();
    assert.ok(
      before.every((word, i) => word === words[i]),
      'constants and tables stay as they are',
    );
    assert.ok(
      words.subarray((fixed + arena) / 4).every((word) => word === POISON),
      'nothing is written behind the arena',
    );
    return graph.outputs.map(({ value }) => view(value, layout.addressOf(value)).slice());
  };
};

/** A value without data. */
export const valueOf = (name: string, shape: readonly number[], type: DataType = 'float32'): Value => ({
  name,
  shape,
  type,
});

/** A constant of floats. */
export const constantOf = (name: string, shape: readonly number[], data: ArrayLike<number>): Value => ({
  ...valueOf(name, shape),
  data: Float32Array.from(data),
});

/** A node with an output of the shape and type that its op gives. */
export const nodeOf = (op: AnyOp, attrs: Attrs, inputs: Value[], name = op.name): Node => ({
  name,
  op,
  attrs,
  inputs,
  output: valueOf(`${name}:0`, op.shape(inputs, attrs), op.type?.(inputs, attrs) ?? inputs[0]!.type),
});

/** A graph; its outputs are named after their values. */
export const graphOf = (inputs: Value[], nodes: Node[], outputs: readonly Value[]): Graph => ({
  inputs,
  nodes,
  outputs: outputs.map((value) => ({ name: value.name, value })),
  dynamicBatch: false,
});
