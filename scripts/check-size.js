// Fails if the file for a script tag or the npm tarball is larger than promised.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const SCRIPT_LIMIT = 80_000;
const TARBALL_LIMIT = 500_000;
const SCRIPT = 'groupwise.iife.min.js';

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
for (const name of readdirSync(dist).filter((file) => /^\w+\.js$/.test(file))) {
  show(name, [...closure(name)].reduce((sum, part) => sum + gzipped(part), 0));
}
show('chunks/codecs.js', gzipped('chunks/codecs.js'));
const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8', shell: process.platform === 'win32' }));
show('npm tarball', pack.size, TARBALL_LIMIT);
