// The golden vector: an input and what the network must give for it.

import { embeddedKernels } from '../kernels/embedded.js';
import { ShapeError } from '../errors.js';
import type { ModelFile } from '../format/read.js';
import type { Graph } from '../ir/graph.js';
import type { TensorInfo } from '../ir/tensor.js';
import { modelLoader } from '../runtime/loader.js';

/** Recorded numbers by name of the input or output, one sample. */
export type Golden = { inputs: Record<string, Float32Array>; outputs?: Record<string, Float32Array> };

/** The inputs of a network as callers see them. */
export const describeInputs = (graph: Graph): TensorInfo[] =>
  graph.inputs.map(({ name, shape, type }) => ({ name, shape, type }));

/**
 * The golden vector for a converted model, in the order of its inputs and outputs; missing outputs are computed.
 *
 * @throws {ShapeError} if numbers are missing, too many or of an unknown name, or the network's values are not floats
 */
export const recordGolden = async (bytes: Uint8Array, golden: Golden): Promise<ModelFile['testVector']> => {
  const model = await modelLoader(embeddedKernels)(bytes, { deterministic: true });
  try {
    if ([...model.inputs, ...model.outputs].some(({ type }) => type !== 'float32')) {
      throw new ShapeError('a golden vector needs inputs and outputs of float32');
    }
    const computed = model.run(golden.inputs);
    const outputs = model.outputs.map(({ name }) => {
      const own = computed[name]!.data as Float32Array;
      const given = golden.outputs ? golden.outputs[name] : own;
      if (given?.length !== own.length) {
        throw new ShapeError(
          `output "${name}" of the golden vector has ${given?.length ?? 'no'} numbers; the network gives ${own.length}`,
        );
      }
      return given;
    });
    return { inputs: model.inputs.map(({ name }) => golden.inputs[name]!), outputs };
  } finally {
    model.dispose();
  }
};
