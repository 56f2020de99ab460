// Writes test/fixtures/litert.json: what LiteRT computes for the cases. PYTHON=... node build/test/support/tflite/record.js

import { writeFileSync } from 'node:fs';
import { fileOf, inputsOf } from './case.js';
import { TFLITE_CASES } from './cases.js';
import { runLitert } from './litert.js';

const results = runLitert(TFLITE_CASES.map((spec) => ({ tflite: fileOf(spec), inputs: inputsOf(spec) })));

const refused = TFLITE_CASES.filter((_, index) => typeof results[index] === 'string');
for (const spec of refused) console.error(`${spec.name}: ${String(results[TFLITE_CASES.indexOf(spec)])}`);
if (refused.length) process.exit(1);

const lines = TFLITE_CASES.map(({ name }, index) => {
  const outputs = (results[index] as Float32Array[]).map((numbers) =>
    [...numbers].map((number) => Number(number.toPrecision(7))),
  );
  return `  ${JSON.stringify(name)}: ${JSON.stringify(outputs)}`;
});
writeFileSync('test/fixtures/litert.json', `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} cases`);
