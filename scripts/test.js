// Runs build/test/**/*.test.js, each in its own process, and ends with the line `N passed, N failed`. Arguments choose
// the files whose paths contain one of them.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../build/test/', import.meta.url));
const SOURCES = fileURLToPath(new URL('../test/', import.meta.url));
const MAX_MINUTES = 10;

/** Whether a compiled test still has a source: tests that were renamed stay in the build folder. */
const hasSource = (name) => existsSync(SOURCES + name.replace(/js$/, 'ts'));

const wanted = process.argv.slice(2);
const files = readdirSync(FOLDER, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.js') && hasSource(name))
  .filter((name) => !wanted.length || wanted.some((part) => name.includes(part)))
  .sort();

const count = (output, word) =>
  [...output.matchAll(new RegExp(`^ *${word}: +(\\d+)`, 'gm'))].reduce((sum, [, number]) => sum + Number(number), 0);

// Node 20 has relaxed SIMD behind a flag, which is needed to test ops with both builds of the kernels.
const RELAXED = '--experimental-wasm-relaxed-simd';
const hasFlag =
  Number(process.versions.node.split('.')[0]) < 22 && spawnSync(process.execPath, [RELAXED, '-e', '']).status === 0;
const flagsOf = (name) => (hasFlag && /^ops\b/.test(name) ? [RELAXED] : []);

// Lines that uvu prints when all tests pass, and seeds, which matter only after a failure.
const OWN_LINES = /^\s*$|•|^ *(Total|Passed|Skipped|Duration):|SEED=/;

const runFile = (name) =>
  new Promise((done) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
    const child = spawn(process.execPath, [...flagsOf(name), FOLDER + name], {
      env,
      timeout: MAX_MINUTES * 60_000,
      killSignal: 'SIGKILL',
    });
    const start = performance.now();
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (code, signal) => {
      const passed = count(output, 'Passed'),
        skipped = count(output, 'Skipped');
      const missing = count(output, 'Total') - passed - skipped;
      const silent = !/^ *Total:/m.test(output) && !/^skipped/m.test(output);
      const failed = Math.max(missing, code || signal || silent ? 1 : 0);
      if (signal) output += `\nended by ${signal}; ${MAX_MINUTES} minutes are the limit\n`;
      const counts = `${passed} passed${skipped ? `, ${skipped} skipped` : ''}`;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${failed ? 'FAIL' : ' ok '}  ${name}  ${counts} (${seconds} s)`);
      const shown = failed
        ? output
        : output
            .split('\n')
            .filter((line) => !OWN_LINES.test(line))
            .join('\n');
      if (shown.trim()) console.log(shown.trim().replace(/^/gm, '      '));
      done({ passed, failed, skipped });
    });
  });

const queue = [...files];
const results = [];
const work = async () => {
  for (let name; (name = queue.shift());) results.push(await runFile(name));
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));

const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
if (!total('passed')) console.log('no test ran');
if (total('skipped')) console.log(`${total('skipped')} skipped`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') || !total('passed') ? 1 : 0;
