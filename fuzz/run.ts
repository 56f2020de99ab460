// `npm run fuzz -- [TARGET...] [--seconds N] [--corpus FOLDER] [--findings FOLDER] [--totals FILE] [--seed N]`: fuzzes
// targets, all by default, N seconds in all. docs/fuzzing.md explains it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzTarget } from './engine/fuzz-target.js';
import { instrumentBuild } from './engine/instrument.js';
import { targetNames } from './targets.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    corpus: { type: 'string', default: '' },
    findings: { type: 'string', default: 'build/findings' },
    totals: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});

const all = targetNames();
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`no target ${unknown.join(', ')}; the targets are ${all.join(', ')}`);
  process.exit(2);
}

/** Executions and seconds of each target so far. */
type Totals = Record<string, { executions: number; seconds: number }>;

/** Adds a session to the totals of all sessions. */
const addTotals = (file: string, target: string, executions: number, seconds: number): void => {
  const totals = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Totals;
  const before = totals[target] ?? { executions: 0, seconds: 0 };
  totals[target] = { executions: before.executions + executions, seconds: before.seconds + seconds };
  writeFileSync(file, JSON.stringify(totals, null, 1));
};

instrumentBuild();
const targets = positionals.length ? positionals : all;
const seconds = Number(values.seconds) / targets.length;
console.log(`SEED=${values.seed}`);
let findings = 0;
for (const target of targets) {
  const corpus = values.corpus && join(values.corpus, target);
  const done = await fuzzTarget({ target, seconds, seed: Number(values.seed), corpus, findings: values.findings });
  findings += done.findings.length;
  if (values.totals) addTotals(values.totals, target, done.executions, done.seconds);
  const rate = Math.round(done.executions / done.seconds);
  console.log(
    `${target}: ${done.executions} executions in ${done.seconds.toFixed(1)} s (${rate}/s), ${done.features} features, ${done.corpus} files, ${done.findings.length} findings`,
  );
}
process.exitCode = findings ? 1 : 0;
