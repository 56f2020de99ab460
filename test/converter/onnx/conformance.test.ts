// The cases of the ONNX backend test suite that are in scope: which pass. RECORD=1 writes the list again.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { loadModel } from '../../../src/index.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { sameShape, showShape, type Tensor } from '../../../src/ir/tensor.js';
import { DATA } from '../../support/data.js';
import { readBytes, readJson, readTensorFile, type StoredTensor } from '../../support/networks.js';

const FOLDER = `${DATA}/onnx-node`;
const RECORD = 'test/fixtures/conformance.json';

type Case = { name: string; ops: string[]; dtypes: string[] };

/** Operators that are supported for floats. */
const FLOAT_OPERATORS = `
  Gemm MatMul Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool Add Sub Mul Div Sum Mean Max Min Pow
  Relu Clip LeakyRelu PRelu Sigmoid HardSigmoid HardSwish Swish Tanh Elu Selu Gelu Mish Softplus Softsign Erf
  Exp Sqrt Neg Abs Reciprocal Floor Ceil Softmax LogSoftmax Concat Transpose LRN
  InstanceNormalization LayerNormalization GroupNormalization BatchNormalization DepthToSpace SpaceToDepth Dropout Flatten`;

/** Operators that also have shapes, indices or conditions. */
const SHAPE_OPERATORS = `
  Split Slice Pad Gather Expand Tile ReduceMean ReduceSum ReduceMax ReduceMin ReduceL2 ArgMax Resize Upsample Where
  Reshape Squeeze Unsqueeze Identity Shape Size Constant ConstantOfShape`;

const wordsOf = (text: string): Set<string> => new Set(text.trim().split(/\s+/));
const floatOperators = wordsOf(FLOAT_OPERATORS);
const shapeOperators = wordsOf(SHAPE_OPERATORS);

/** Whether a case has operators of the lists only, with float tensors, and int64 or bool only where shapes and indices are. */
const isInScope = ({ ops, dtypes }: Case): boolean =>
  ops.every((op) => floatOperators.has(op) || shapeOperators.has(op)) &&
  dtypes.includes('FLOAT') &&
  dtypes.every(
    (type) => type === 'FLOAT' || ((type === 'INT64' || type === 'BOOL') && ops.some((op) => shapeOperators.has(op))),
  );

type Named = { name: string; tensor: StoredTensor };

/** Ways to choose the inputs that become constants: none, all but the first, all but the floats, all but one. */
const choicesOf = (inputs: readonly Named[]): Named[][] => [
  [],
  inputs.slice(1),
  inputs.filter(({ tensor }) => tensor.dataType !== 1),
  ...inputs.map((one) => inputs.filter((other) => other !== one)),
];

const storedOf = (folder: string, kind: string): StoredTensor[] => {
  const count = readdirSync(folder).filter((file) => file.startsWith(`${kind}_`)).length;
  return Array.from({ length: count }, (_, k) => readTensorFile(`${folder}/${kind}_${k}.pb`));
};

const tensorOf = ({ data, dims }: StoredTensor): Tensor => ({ data: data as Tensor['data'], shape: dims });

const recordOf = (inputs: readonly Named[]): Record<string, Tensor> =>
  Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensorOf(tensor)]));

/** What differs from the expected outputs, or nothing. */
const faultOf = (
  found: Record<string, Tensor>,
  names: readonly string[],
  expected: readonly StoredTensor[],
): string | undefined => {
  for (const [k, { dims, data }] of expected.entries()) {
    const tensor = found[names[k]!]!;
    if (!sameShape(tensor.shape, dims))
      return `output ${k} has shape ${showShape(tensor.shape)} instead of ${showShape(dims)}`;
    if (tensor.data.constructor !== data.constructor) return `output ${k} is a ${tensor.data.constructor.name}`;
    for (const [i, value] of data.entries()) {
      const [a, b] = [Number(tensor.data[i]), Number(value)];
      const fits =
        Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-5 + 1e-3 * Math.abs(b);
      if (!fits) return `output ${k} has ${a} at ${i} instead of ${b}`;
    }
  }
  return undefined;
};

/** Converts, loads and runs a case; why it fails, or nothing. */
const attempt = async (
  onnx: Uint8Array,
  inputs: readonly Named[],
  fixed: readonly Named[],
  sets: string[],
): Promise<string | undefined> => {
  const names = parseOnnx(onnx).graph.outputs.map(({ name }) => name);
  try {
    using model = await loadModel(await convertOnnx(onnx, { constants: recordOf(fixed) }), { deterministic: true });
    for (const set of sets) {
      const stored = storedOf(set, 'input').map((tensor, k) => ({ name: inputs[k]!.name, tensor }));
      const open = stored.filter(({ name }) => !fixed.some((other) => other.name === name));
      const fault = faultOf(model.run(recordOf(open)), names, storedOf(set, 'output'));
      if (fault) return fault;
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/** Why a case fails with every choice of constants, or nothing. */
const reasonOf = async ({ name }: Case): Promise<string | undefined> => {
  const folder = `${FOLDER}/${name}`;
  const onnx = readBytes(`${folder}/model.onnx`);
  const sets = readdirSync(folder)
    .filter((file) => file.startsWith('test_data_set_'))
    .map((file) => `${folder}/${file}`);
  const infos = parseOnnx(onnx).graph.inputs;
  let reason = 'it has no inputs to choose';
  try {
    const inputs = storedOf(sets[0]!, 'input').map((tensor, k) => ({ name: infos[k]!.name, tensor }));
    const choices = choicesOf(inputs);
    for (const fixed of choices) {
      const fault = await attempt(
        onnx,
        inputs,
        fixed,
        sets.slice(0, fixed.some(({ tensor }) => tensor.dataType === 1) ? 1 : undefined),
      );
      if (fault === undefined) return undefined;
      if (fixed === choices[0] || fixed === choices[1]) reason = fault;
    }
  } catch (error) {
    reason = (error as Error).message;
  }
  return reason;
};

type Figures = { inScope: number; passing: string[]; failing: Record<string, string> };

const test = suite('conformance');

if (existsSync(FOLDER)) {
  test('as many cases pass as recorded', async () => {
    const cases = readJson<Case[]>(`${FOLDER}/manifest.json`);
    const scope = cases.filter(isInScope);
    const found: Figures = { inScope: scope.length, passing: [], failing: {} };
    let others = 0;
    for (const one of cases) {
      const reason = await reasonOf(one);
      if (!isInScope(one)) others += Number(reason === undefined);
      else if (reason === undefined) found.passing.push(one.name);
      else found.failing[one.name] = reason.replace(/\s+/g, ' ');
    }
    console.log(
      `conformance: ${found.passing.length} of ${scope.length} cases in scope pass (measured), and ${others} of ${cases.length - scope.length} others`,
    );
    for (const [name, reason] of Object.entries(found.failing))
      console.log(`conformance, measured: ${name}: ${reason}`);
    if (process.env.RECORD) writeFileSync(RECORD, `${JSON.stringify(found, null, 1)}\n`);
    const recorded = readJson<Figures>(RECORD);
    assert.is(found.inScope, recorded.inScope, 'cases in scope');
    assert.equal(
      recorded.passing.filter((name) => !found.passing.includes(name)),
      [],
      'cases that passed before',
    );
    assert.ok(found.passing.length >= 0.95 * scope.length);
  });
} else {
  console.log(`skipped, no ${FOLDER}: conformance`);
}

test.run();
