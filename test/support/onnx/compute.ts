// Computes one ONNX operator on constants, through its rule and the kernels.

import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../src/converter/onnx/read.js';
import { Budget } from '../../../src/converter/reading/budget.js';
import { embeddedKernels } from '../../../src/kernels/embedded.js';
import { atOnce } from '../../../src/next-task.js';
import { createEvaluator } from '../../../src/runtime/evaluate-node.js';
import { writeOnnx, type AttributeSpec, type TensorSpec } from './write.js';

const evaluate = new Budget(0).limit(await createEvaluator(embeddedKernels));

/** An operator and its inputs; undefined for inputs that are left out. */
export type Operation = {
  op: string;
  domain?: string;
  opset?: number;
  inputs: readonly (TensorSpec | undefined)[];
  attributes?: Record<string, AttributeSpec>;
  /** How many there are, or their names; empty for those that are not used. */
  outputs?: number | string[];
};

/** The shapes and elements of the outputs. */
export const compute = ({ op, domain, opset, inputs, attributes, outputs = 1 }: Operation) => {
  const names = typeof outputs === 'number' ? Array.from({ length: outputs }, (_, i) => `y${i}`) : outputs;
  const tensors = inputs.flatMap((tensor, i) => (tensor ? [{ ...tensor, name: `t${i}` }] : []));
  const nodes = [
    { op, domain, inputs: inputs.map((tensor, i) => (tensor ? `t${i}` : '')), outputs: names, attributes },
  ];
  const model = parseOnnx(writeOnnx({ opset, nodes, inputs: [], outputs: names.filter(Boolean), tensors }));
  return atOnce(readOnnx(model, { batch: 1, evaluate })).outputs.map(({ value }) => ({
    shape: value.shape,
    data: Array.from(value.data!),
  }));
};

/** The elements of the first output. */
export const computed = (operation: Operation): number[] => compute(operation)[0]!.data;
