// From the bytes of MobileNetV2 in memory to the first label, in new processes that take turns:
// node cold-start.js [PROCESSES]. What Node itself needs to start is not counted. Writes bench/results/cold-start.json.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { describeMachine } from './measure/machine.js';
import { prepareFor } from './measure/prepare.js';
import { median } from './measure/statistics.js';
import { DENSE } from './networks/build.js';
import { importRuntime } from './runtimes/index.js';

const RUNTIMES = ['groupwise', 'tfjs'];
const PROCESS = fileURLToPath(new URL('measure/first-run.js', import.meta.url));
const RESULT = fileURLToPath(new URL('../results/cold-start.json', import.meta.url));
const count = Number(process.argv[2] ?? 20);

const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));

/** Writes a network in the form of a runtime, and a picture for it. @returns the path */
const prepare = async (name) => {
  const runtime = await importRuntime(name);
  const network = { architecture: 'mobilenetv2', groups: 1, form: DENSE };
  const { prepared, input } = await prepareFor(runtime, network);
  const file = join(folder, name);
  writeFileSync(file, serialize({ network: prepared, picture: input }));
  return file;
};

try {
  const results = RUNTIMES.map(() => []);
  const files = [];
  for (const name of RUNTIMES) files.push(await prepare(name));
  for (let i = 0; i < count; i++) {
    for (const [k, name] of RUNTIMES.entries()) {
      results[k].push(JSON.parse(execFileSync(process.execPath, [PROCESS, name, files[k]], { encoding: 'utf8' })));
    }
  }
  const labels = new Set(results.flat().map(({ label }) => label));
  if (labels.size !== 1) throw new Error(`the runtimes find different labels: ${[...labels].join(', ')}`);
  const runtimes = [];
  for (const [k, name] of RUNTIMES.entries()) {
    const { title } = await importRuntime(name);
    const parts = Object.keys(results[k][0].parts).map((part) => {
      const times = results[k].map((result) => result.parts[part]);
      return [part, { fastestMs: Math.min(...times), medianMs: median(times) }];
    });
    runtimes.push({ title, parts: Object.fromEntries(parts) });
  }
  const command = `node bench/compare/cold-start.js ${count}`;
  const date = new Date().toISOString().slice(0, 10);
  const result = { command, date, machine: describeMachine(), processes: count, runtimes };
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
} finally {
  rmSync(folder, { recursive: true });
}
