// What an operator computes from constants, through its rule.

import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../src/converter/onnx/read.js';
import { embeddedKernels } from '../../../src/kernels/embedded.js';
import { atOnce } from '../../../src/next-task.js';
import { createEvaluator } from '../../../src/runtime/evaluate-node.js';
import { writeOnnx, type AttributeSpec, type TensorSpec } from './write.js';

const evaluate = await createEvaluator(embeddedKernels);

/** A node with constant inputs. */
export type ConstantCase = {
  op: string;
  /** The inputs; null for one that is left out. */
  tensors: (TensorSpec | null)[];
  attributes?: Record<string, AttributeSpec>;
  outputs?: string[];
  opset?: number;
};

/** The elements of each output. @throws {UnsupportedError} if the node is refused */
export const computedOutputs = ({ op, tensors, attributes, outputs = ['y'], opset }: ConstantCase): number[][] => {
  const named = tensors.map((tensor, i) => tensor && { ...tensor, name: `t${i}` });
  const nodes = [{ op, inputs: named.map((tensor) => tensor?.name ?? ''), outputs, attributes }];
  const present = named.filter((tensor) => tensor !== null);
  const bytes = writeOnnx({ opset, nodes, inputs: [], outputs: outputs.filter(Boolean), tensors: present });
  const graph = atOnce(readOnnx(parseOnnx(bytes), { batch: 1, evaluate }));
  return graph.outputs.map(({ value }) => Array.from(value.data!));
};
