// The test vector: an input, and what the network must give for it.

import { checkNames } from '../arguments.js';
import { ShapeError } from '../errors.js';
import type { ModelFile } from '../format/read.js';
import type { Graph } from '../ir/graph.js';
import { showShape, sizeOf, tagOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { embeddedHost } from '../kernels/embedded.js';
import type { Limits } from '../runtime/limits.js';
import { prepareModel } from '../runtime/loader.js';

/** The cost of a run with a test vector has no limits: whoever asks for one means to run the network. */
const UNLIMITED: Required<Limits> = { macs: Infinity, memory: Infinity, loadMilliseconds: Infinity };

/** Numbers for one sample, by the name of the input or output. Outputs that are left out are computed. */
export type TestVector = {
  /** The numbers of every input. */
  inputs: Record<string, Float32Array>;
  /** The expected numbers of outputs. */
  outputs?: Record<string, Float32Array>;
};

/**
 * The test vector of a network in the order of its inputs and outputs. The network must be as its file holds it: then
 * outputs that are computed have the same bits as those of a model that is loaded from the file, on every engine.
 *
 * @throws {ShapeError} if numbers are missing or too many, or the network's values are not floats
 * @throws {ArgumentError} for names that the network does not have
 */
export const recordTestVector = async (graph: Graph, vector: TestVector): Promise<ModelFile['testVector']> => {
  checkNames('the test vector', vector, ['inputs', 'outputs']);
  const { inputs, outputs = {} } = vector;
  checkNames(
    'inputs of the test vector',
    inputs,
    graph.inputs.map(({ name }) => name),
  );
  checkNames(
    'outputs of the test vector',
    outputs,
    graph.outputs.map(({ name }) => name),
  );
  if ([...graph.inputs, ...graph.outputs.map(({ value }) => value)].some(({ type }) => type !== 'float32'))
    throw new ShapeError('a test vector needs inputs and outputs of float32');
  const given = graph.inputs.map(({ name, shape }) => checkLength('input', name, inputs[name], shape));
  using model = await prepareModel(
    { graph: withOwnConstants(graph), metadata: {} },
    { host: embeddedHost, build: 'simd' },
    'exact',
    UNLIMITED,
  );
  const computed = model.run(inputs);
  return {
    inputs: given,
    outputs: graph.outputs.map(({ name, value }) => {
      const numbers = outputs[name] ?? (computed[name]!.data as Float32Array);
      return checkLength('output', name, numbers, value.shape);
    }),
  };
};

const checkLength = (
  what: string,
  name: string,
  numbers: Float32Array | undefined,
  shape: readonly number[],
): Float32Array => {
  if (numbers !== undefined && tagOf(numbers) !== 'Float32Array')
    throw new ShapeError(
      `${what} "${name}" of the test vector must be a Float32Array, for the shape ${showShape(shape)}`,
    );
  if (numbers?.length === sizeOf(shape)) return numbers;
  throw new ShapeError(
    `${what} "${name}" of the test vector has ${numbers?.length ?? 'no'} numbers; ${sizeOf(shape)} are needed, for ${showShape(shape)}, one sample of the size in the model file`,
  );
};

/** A model takes the weights out of its graph: one that shares all but the values that hold them with `graph`. */
const withOwnConstants = (graph: Graph): Graph => {
  const copies = new Map<Value, Value>();
  const copy = (value: Value): Value => {
    if (!value.data) return value;
    const known = copies.get(value) ?? { ...value };
    copies.set(value, known);
    return known;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(copy) })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: copy(value) })),
  };
};
