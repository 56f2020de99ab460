// Builds, serves and tests the site in site/: `node scripts/site.js build|serve|test|check...`, where check is a shorter test. Its packages are installed when they are
// missing; the exit code is 3 if that fails. `npm run build` comes first: the site bundles dist/.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NOT_AVAILABLE = 3;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SITE = fileURLToPath(new URL('../site/', import.meta.url));

const run = (command, words, cwd, env = {}) => {
  const { status, error } = spawnSync(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return status ?? 1;
};

const orExit = (status, code = status) => {
  if (status !== 0) process.exit(code);
};

const vite = (...words) => orExit(run('npx', ['vite', ...words], SITE));

const test = (env) => {
  const files = readdirSync(`${SITE}test`).filter((name) => name.endsWith('.test.js'));
  for (const name of files) orExit(run(process.execPath, [`site/test/${name}`], ROOT, env));
};

const STEPS = {
  build: () => {
    orExit(run('npx', ['tsc', '-p', SITE], ROOT));
    vite('build');
  },
  serve: () => vite('preview', '--open', 'false'),
  test: () => test({}),
  check: () => test({ SITE_PAGES: 'few' }),
};

if (!existsSync(`${SITE}node_modules`))
  orExit(run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], SITE), NOT_AVAILABLE);
for (const word of process.argv.slice(2)) STEPS[word]();
