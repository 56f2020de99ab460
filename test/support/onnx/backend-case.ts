// A case of the ONNX backend test suite: a model, and files of its inputs and of the expected outputs.

import { readdirSync } from 'node:fs';
import { convertOnnx } from '../../../src/convert.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { ArgumentError, FormatError, ShapeError, UnsupportedError } from '../../../src/errors.js';
import { loadModel } from '../../../src/index.js';
import { sameShape, showShape, type Tensor } from '../../../src/ir/tensor.js';
import { readBytes, readTensorFile, type StoredTensor } from '../networks.js';

/** How a case ends: with the right outputs, with wrong ones, refused by a typed error, or otherwise. */
export type Outcome = { state: 'right' | 'wrong' | 'refused' | 'broken'; reason?: string };

type Named = { name: string; tensor: StoredTensor };

/** Ways to choose the inputs that become constants: none, all but the first, all but the floats, all but one, all. */
const choicesOf = (inputs: readonly Named[]): Named[][] => [
  [],
  inputs.slice(1),
  inputs.filter(({ tensor }) => tensor.dataType !== 1),
  ...inputs.map((one) => inputs.filter((other) => other !== one)),
  [...inputs],
];

const storedOf = (folder: string, kind: string): StoredTensor[] => {
  const count = readdirSync(folder).filter((file) => file.startsWith(`${kind}_`)).length;
  return Array.from({ length: count }, (_, k) => readTensorFile(`${folder}/${kind}_${k}.pb`));
};

const tensorOf = ({ data, dims }: StoredTensor): Tensor => ({ data, shape: dims });

const recordOf = (inputs: readonly Named[]): Record<string, Tensor> =>
  Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensorOf(tensor)]));

const BFLOAT16 = 16;

/** What differs from the expected outputs, or nothing. */
const faultOf = (
  found: Record<string, Tensor>,
  names: readonly string[],
  expected: readonly StoredTensor[],
): string | undefined => {
  for (const [k, { dims, data, dataType }] of expected.entries()) {
    const relative = dataType === BFLOAT16 ? 1e-2 : 1e-3; // its rounding alone is 4e-3
    const tensor = found[names[k]!]!;
    if (!sameShape(tensor.shape, dims))
      return `output ${k} has shape ${showShape(tensor.shape)} instead of ${showShape(dims)}`;
    const isFloat = (array: Tensor['data']) => array instanceof Float32Array;
    if (isFloat(tensor.data) !== isFloat(data)) return `output ${k} is a ${tensor.data.constructor.name}`;
    for (const [i, value] of data.entries()) {
      const [a, b] = [Number(tensor.data[i]), Number(value)];
      const fits =
        Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-5 + relative * Math.abs(b);
      if (!fits) return `output ${k} has ${a} at ${i} instead of ${b}`;
    }
  }
  return undefined;
};

const REFUSALS = [UnsupportedError, ArgumentError, FormatError, ShapeError];

/** Converts, loads and runs a case with some inputs fixed to constants. */
const attempt = async (
  onnx: Uint8Array,
  inputs: readonly Named[],
  fixed: readonly Named[],
  sets: readonly string[],
): Promise<Outcome> => {
  const names = parseOnnx(onnx).graph.outputs.map(({ name }) => name);
  try {
    using model = await loadModel(await convertOnnx(onnx, { constants: recordOf(fixed) }), { deterministic: true });
    for (const set of sets) {
      const stored = storedOf(set, 'input').map((tensor, k) => ({ name: inputs[k]!.name, tensor }));
      const open = stored.filter(({ name }) => !fixed.some((other) => other.name === name));
      const reason = faultOf(model.run(recordOf(open)), names, storedOf(set, 'output'));
      if (reason) return { state: 'wrong', reason };
    }
    return { state: 'right' };
  } catch (error) {
    const { message: reason } = error as Error;
    return { state: REFUSALS.some((kind) => error instanceof kind) ? 'refused' : 'broken', reason };
  }
};

/**
 * Runs the case of a folder with each choice of constants until one is right. What other choices compute must be right
 * as well: a case is wrong if any of them is.
 */
export const runCase = async (folder: string): Promise<Outcome> => {
  try {
    const onnx = readBytes(`${folder}/model.onnx`);
    const sets = readdirSync(folder)
      .filter((file) => file.startsWith('test_data_set_'))
      .map((file) => `${folder}/${file}`);
    const infos = parseOnnx(onnx).graph.inputs;
    const inputs = storedOf(sets[0]!, 'input').map((tensor, k) => ({ name: infos[k]!.name, tensor }));
    let refused: Outcome | undefined;
    for (const fixed of choicesOf(inputs)) {
      const hasFixedFloats = fixed.some(({ tensor }) => tensor.dataType === 1);
      const outcome = await attempt(onnx, inputs, fixed, sets.slice(0, hasFixedFloats ? 1 : undefined));
      if (outcome.state !== 'refused') return outcome;
      refused ??= outcome;
    }
    return refused!;
  } catch (error) {
    return { state: 'refused', reason: (error as Error).message };
  }
};
