// Constant folding: evaluates single nodes with the same kernels as a model.

import { UnsupportedError } from '../errors.js';
import { firstInput, type Graph, type Node } from '../ir/graph.js';
import type { ConstantData } from '../ir/value.js';
import { lowerGraph } from './lowering.js';
import { bindRun, planRun } from './plan.js';
import { fillWeights, placeWeights } from './weights.js';
import { sizeOf } from '../ir/tensor.js';
import { createMemory, growMemory, instantiateKernels, PAGE, type CompileKernels } from '../kernels/wasm.js';

/** Computes the output of a node whose inputs are all constants. */
export type Evaluate = (node: Node) => ConstantData;

/** Multiply-accumulates of all constants that are computed: about 0.3 seconds of kernels. */
const MAX_WORK = 2 ** 32;

/** How many multiply-accumulates of a kernel take as long as a step in TypeScript. */
const STEP = 16;

/** Multiply-accumulates of a node, or what takes as long. */
const workOf = ({ op, inputs, output, attrs }: Node): number => {
  const windows = sizeOf(output.shape) * sizeOf((attrs.kernel as number[] | undefined) ?? []);
  return Math.max(op.macs(inputs, output, attrs), op.work(inputs, output, attrs) * STEP, windows);
};

/**
 * The evaluator within limits: it throws `UnsupportedError` when its results have more than `most` elements in total, or
 * take more than 2^32 multiply-accumulates.
 */
export const limited = (evaluate: Evaluate, most: number): Evaluate => {
  let [elements, work] = [0, 0];
  return (node) => {
    elements += sizeOf(node.output.shape);
    if (elements > most) {
      throw new UnsupportedError([
        `${node.name}: folded constants have more than ${most} elements in total, the limit for a file of this size`,
      ]);
    }
    work += workOf(node);
    if (work > MAX_WORK) {
      throw new UnsupportedError([
        `${node.name} (${node.op.name}): computing the network's constants takes more than ${MAX_WORK} multiply-accumulates; fold them when you export the network`,
      ]);
    }
    return evaluate(node);
  };
};

/** An evaluator with plain SIMD, so that its results are the same on every engine. */
export const createEvaluator = async (compile: CompileKernels): Promise<Evaluate> => {
  const memory = createMemory(PAGE);
  const kernels = await instantiateKernels(await compile('simd'), memory);
  return (node) => {
    if (node.op.alias) return firstInput(node).data!;
    const graph: Graph = {
      inputs: [],
      nodes: [node],
      outputs: [{ name: '', value: node.output }],
      dynamicBatch: false,
    };
    const weights = placeWeights(graph, lowerGraph(graph));
    const plan = planRun(graph, weights, []);
    growMemory(memory, plan.memory.total, `a constant of the network, ${node.name}, is too large to compute here`);
    fillWeights(memory, weights);
    for (const { run } of bindRun(kernels, memory, plan)) run();
    const [address, length] = [plan.address(node.output), sizeOf(node.output.shape)];
    return node.output.type === 'float32'
      ? new Float32Array(memory.buffer, address, length).slice()
      : new Int32Array(memory.buffer, address, length).slice();
  };
};
