// Fails if a size exceeds its limit: the file for a script tag, the npm tarball, or the tarball without models. Files
// are measured gzipped, entries with everything that they import statically; the tarball as `npm pack` creates it.
// `--files` lists the largest files of the tarball, gzipped one by one.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const SCRIPT_LIMIT = 64_000;
const TARBALL_LIMIT = 1_072_000;
const PROGRAM_LIMIT = 738_000;
const SCRIPT = 'umd/groupwise.min.js';
const SCRIPT_PARTS = ['umd/groupwise-ops.min.js', 'umd/groupwise-loading.min.js', 'umd/groupwise-worker.min.js'];

const dist = new URL('../dist/', import.meta.url);
const gzipped = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;

/** The file and everything that it imports statically, from `dist`. */
const closure = (name, seen = new Set()) => {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(new URL(name, dist), 'utf8');
  for (const [, path] of text.matchAll(/(?:from|import) ?["'](\.{1,2}\/[^"']+)["']/g)) {
    closure(new URL(path, new URL(name, dist)).href.slice(dist.href.length), seen);
  }
  return seen;
};

const show = (name, bytes, limit) => {
  const fits = !limit || bytes <= limit;
  console.log(`${fits ? '  ' : '! '}${name.padEnd(28)}${String(bytes).padStart(9)}${limit ? `  of ${limit}` : ''}`);
  if (!fits) process.exitCode = 1;
};

console.log('  bytes, gzipped, with all that is loaded at once');
show(SCRIPT, gzipped(SCRIPT), SCRIPT_LIMIT);
for (const name of SCRIPT_PARTS) show(name, gzipped(name));
for (const name of readdirSync(dist).filter((file) => /^\w+\.js$/.test(file))) {
  show(
    name,
    [...closure(name)].reduce((sum, part) => sum + gzipped(part), 0),
  );
}
for (const name of ['jpeg', 'webp']) show(`chunks/${name}.js`, gzipped(`chunks/${name}.js`));
const [pack] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }),
);
const files = pack.files.map(({ path }) => [path, gzipped(`../${path}`)]);
const ofModels = files.reduce((sum, [path, bytes]) => sum + (path.startsWith('models/') ? bytes : 0), 0);
show('npm tarball', pack.size, TARBALL_LIMIT);
show('  of it models', ofModels);
show('  without them', pack.size - ofModels, PROGRAM_LIMIT);

if (process.argv.includes('--files')) {
  for (const [path, bytes] of files.sort((a, b) => b[1] - a[1]).slice(0, 20)) show(path, bytes);
}
