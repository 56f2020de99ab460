// Runs a folder of cases of the ONNX backend test suite, as `scripts/backend-suite.py FOLDER` writes them from the installed
// onnx package: how many are right, wrong or refused, by operator. `npm run conformance -- FOLDER [--json FILE]`

import { readdirSync, writeFileSync } from 'node:fs';
import { runCase, type Outcome } from './backend-case.js';
import { readBytes } from '../networks.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';

const [folder = '', flag, file] = process.argv.slice(2);
const found: Record<string, Outcome & { ops: string[] }> = {};
for (const name of readdirSync(folder).sort()) {
  const outcome = await runCase(`${folder}/${name}`);
  let ops: string[] = [];
  try {
    ops = [...new Set(parseOnnx(readBytes(`${folder}/${name}/model.onnx`)).graph.nodes.map(({ opType }) => opType))];
  } catch {
    // the reason of the outcome says why
  }
  found[name] = { ...outcome, ops };
}

const outcomes = Object.entries(found);
const inState = (state: Outcome['state']) => outcomes.filter(([, outcome]) => outcome.state === state);
for (const state of ['wrong', 'broken'] as const)
  for (const [name, { reason }] of inState(state)) console.log(`${state}  ${name}: ${reason}`);
const refusals = new Map<string, number>();
for (const [, { ops }] of inState('refused')) {
  const key = ops.join(' ');
  refusals.set(key, (refusals.get(key) ?? 0) + 1);
}
for (const [ops, count] of [...refusals].sort((a, b) => b[1] - a[1])) console.log(`refused ${count}  ${ops}`);
const counts = (['right', 'wrong', 'broken', 'refused'] as const).map((state) => `${inState(state).length} ${state}`);
console.log(`${outcomes.length} cases: ${counts.join(', ')}`);
if (flag === '--json' && file) writeFileSync(file, JSON.stringify(found, null, 1));
