// The cases of the ONNX backend test suite that are in scope: which pass. RECORD=1 writes the list again.

import { existsSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DATA } from '../../support/data.js';
import { readJson } from '../../support/networks.js';
import { runCase } from '../../support/onnx/backend-case.js';

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

type Figures = { inScope: number; passing: string[]; failing: Record<string, string> };

const test = suite('conformance');

if (existsSync(FOLDER)) {
  test('as many cases pass as recorded', async () => {
    const cases = readJson<Case[]>(`${FOLDER}/manifest.json`);
    const scope = cases.filter(isInScope);
    const found: Figures = { inScope: scope.length, passing: [], failing: {} };
    let others = 0;
    for (const one of cases) {
      const { reason } = await runCase(`${FOLDER}/${one.name}`);
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
