// Constant folding: evaluates single nodes with the same kernels as a model.

import { firstInput, type Graph, type Node } from '../ir/graph.js';
import type { ConstantData } from '../ir/value.js';
import { lowerGraph } from './lowering.js';
import { packerIn } from './packer.js';
import { bindRun, planRun } from './plan.js';
import { fillWeights, placeWeights } from './weights.js';
import { sizeOf } from '../ir/tensor.js';
import { createMemory, growMemory, instantiateKernels, PAGE, type CompileKernels } from '../kernels/wasm.js';

/** Computes the output of a node whose inputs are all constants. */
export type Evaluate = (node: Node) => ConstantData;

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
    const plan = planRun(graph, weights, [], false);
    growMemory(memory, plan.memory.total, `a constant of the network, ${node.name}, is too large to compute here`);
    fillWeights(memory, weights, packerIn(kernels, memory, plan.memory));
    for (const { run } of bindRun(kernels, memory, plan)) run();
    const [address, length] = [plan.address(node.output), sizeOf(node.output.shape)];
    return node.output.type === 'float32'
      ? new Float32Array(memory.buffer, address, length).slice()
      : new Int32Array(memory.buffer, address, length).slice();
  };
};
