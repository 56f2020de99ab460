// Runs small graphs in memory as planned, and checks that nothing else is written.

import * as assert from 'uvu/assert';
import { embeddedHost } from '../../src/kernels/embedded.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { ConstantData, Value } from '../../src/ir/value.js';
import type { Numerics } from '../../src/ir/plan.js';
import type { AnyOp } from '../../src/ir/op.js';
import type { Attrs } from '../../src/ir/schema.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { packerIn } from '../../src/runtime/packer.js';
import { bindRun, planRun } from '../../src/runtime/plan.js';
import { fillWeights, placeWeights } from '../../src/runtime/weights.js';
import { sizeOf, type DataType } from '../../src/ir/tensor.js';
import { growMemory, hasRelaxedSimd, PAGE, type Build, type Host } from '../../src/kernels/wasm.js';
import { everyKernel } from './every-kernel.js';
import { assertTwins, inParts, twinsOf } from './twins.js';

/** The builds of the kernels that this engine can run. */
export const BUILDS: readonly Build[] = hasRelaxedSimd() ? ['simd', 'relaxed'] : ['simd'];

/** Computes the outputs of a graph for the data of its inputs. */
export type RunGraph = (
  graph: Graph,
  inputs: readonly ConstantData[],
  options?: { kept?: readonly Value[]; fused?: boolean; numerics?: Numerics },
) => ConstantData[];

const POISON = 0x7fc0dead; // a NaN that can be recognised
const GUARD = 16; // words after everything else

/**
 * A runner that fills memory with NaN before every run, and checks that constants, tables and memory past the arena do
 * not change.
 */
const createRunnerOf = async (host: Host, build: Build): Promise<RunGraph> => {
  const memory = host.createMemory(PAGE);
  const kernels = await everyKernel(host, build, memory);
  const view = ({ type, shape }: Value, address: number): ConstantData =>
    new (type === 'float32' ? Float32Array : Int32Array)(memory.buffer, address, sizeOf(shape));
  return (graph, inputs, { kept = [], fused = true, numerics = 'exact' } = {}) => {
    const layers = lowerGraph(graph, fused ? kept : graph.nodes.map(({ output }) => output), numerics);
    const weights = placeWeights(graph, layers);
    const plan = planRun(graph, weights, kept, fused);
    const { total, arena } = plan.memory;
    growMemory(memory, total + GUARD * 4, 'test smaller shapes');
    const words = new Int32Array(memory.buffer, 0, total / 4 + GUARD);
    words.fill(POISON, 16);
    fillWeights(memory, weights, packerIn(kernels, memory, plan.memory));
    const steps = bindRun(kernels, memory, plan);
    graph.inputs.forEach((value, i) => view(value, plan.address(value)).set(inputs[i]!));
    const fixed = plan.memory.weights + plan.memory.tables;
    const before = words.slice(0, fixed / 4);
    for (const { run } of steps) run();
    assert.ok(
      before.every((word, i) => word === words[i]),
      'constants and tables stay as they are',
    );
    assert.ok(
      words.subarray((fixed + arena) / 4).every((word) => word === POISON),
      'nothing is written past the arena',
    );
    return graph.outputs.map(({ value }) => view(value, plan.address(value)).slice());
  };
};

/** A runner of the embedded kernels, for outputs that others are compared with. */
export const createPlainRunner = (build: Build): Promise<RunGraph> => createRunnerOf(embeddedHost, build);

/** The same, in parts as for threads. */
export const createPartsRunner = (): Promise<RunGraph> => createRunnerOf(inParts, 'simd');

/** A runner of the embedded kernels, which compares every output with the builds that must compute the same bits. */
export const createRunner = async (build: Build): Promise<RunGraph> => {
  const run = await createPlainRunner(build);
  const twins = await Promise.all(twinsOf(build).map((twin) => createRunnerOf(...twin)));
  return (...args) => {
    const outputs = run(...args);
    for (const twin of twins) twin(...args).forEach((found, i) => assertTwins(found, outputs[i]!));
    return outputs;
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

/** A node whose output has the shape and type that its op infers. */
export const nodeOf = (op: AnyOp, attrs: Attrs, inputs: Value[], name = op.name): Node => ({
  name,
  op,
  attrs,
  inputs,
  output: valueOf(`${name}:0`, op.shape(inputs, attrs), op.type(inputs, attrs)),
});

/** A graph; its outputs are named after their values. */
export const graphOf = (inputs: Value[], nodes: Node[], outputs: readonly Value[]): Graph => ({
  inputs,
  nodes,
  outputs: outputs.map((value) => ({ name: value.name, value })),
  dynamicBatch: false,
});
