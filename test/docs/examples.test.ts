// The code in README.md and docs/ runs: in an empty project in which the package is installed as npm packs it.
// CONTRIBUTING.md says which blocks run and which files they find.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { temporaryFolder, tiny } from '../support/command.js';
import { checkOutput, commandsIn, examplesIn, expectedLines, sameText, type Example } from '../support/examples.js';

const DOCUMENTS = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter(
  (path) => extname(path) === '.md',
);
const MODEL = 'models/cifar10-fast-flgc4';
const ORIGIN = 'http://localhost';
const CDN = /^https:\/\/cdn\.jsdelivr\.net\/npm\/([^@]+)@[^/]+(.*)$/;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
};
const MINUTE = 60_000;

const folder = temporaryFolder();
const project = join(folder, 'project');
const installed = join(project, 'node_modules/groupwise');

/** The packages that a CDN serves, and the file that it serves of `groupwise` if none is named. */
const packages: Readonly<Record<string, string>> = {
  groupwise: installed,
  'groupwise-imagenet': 'models/imagenet-efficientnet-lite0',
};
const UNPKG = 'dist/umd/groupwise.min.js';

const test = suite('examples in documents');
noteSkippedWithoutBrowser('examples in HTML');

const npm = (words: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync('npm', words, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  assert.is(status, 0, stderr);
  return stdout;
};

test.before(() => {
  const [pack] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.')) as {
    filename: string;
  }[];
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, pack!.filename)], project);
  copyFileSync('examples/pictures/cat.jpg', join(project, 'photo.jpg'));
  copyFileSync(join(MODEL, 'model.gw'), join(project, 'model.gw'));
  copyFileSync(join(MODEL, 'labels.txt'), join(project, 'labels.txt'));
  copyFileSync(tiny('separable'), join(project, 'network.onnx'));
  for (const name of readdirSync('examples/pictures').filter((file) => file.endsWith('.jpg'))) {
    const place = join(project, 'pictures', name.replace('.jpg', ''));
    mkdirSync(place, { recursive: true });
    copyFileSync(join('examples/pictures', name), join(place, name));
  }
});

/** Runs Node and returns what it prints. @throws {Error} with what it says if it fails */
const run = (words: readonly string[], where: string): string => {
  const options = { cwd: project, encoding: 'utf8', timeout: MINUTE } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options);
  if (status !== 0) throw new Error(`${where} fails: ${stderr}`);
  return stdout;
};

const runScript = (example: Example, where: string): void => {
  const file = join(project, 'example.js');
  writeFileSync(file, example.code);
  checkOutput(example, run([file], where), where);
};

const runCommands = ({ code }: Example, where: string): void => {
  for (const { words, output } of commandsIn(code)) {
    const printed = run([join(installed, 'dist/cli.js'), ...words], `${where}, ${words.join(' ')}`);
    if (output !== undefined) writeFileSync(join(project, output), printed);
  }
};

/** The files that a page loads: from the project, and of the packages from their CDN. */
const fileFor = (url: string, page: string): Buffer | string | undefined => {
  if (url === `${ORIGIN}/`) return page;
  const [, name, file] = CDN.exec(url) ?? [];
  const path = name ? join(packages[name] ?? 'none', file || UNPKG) : join(project, new URL(url).pathname);
  return existsSync(path) ? readFileSync(path) : undefined;
};

let browser: Browser | undefined;

/** Opens a page in a browser that has kept nothing of the pages before. */
const runPage = async (example: Example, where: string): Promise<void> => {
  const context = await (browser ??= await launchBrowser()).newContext();
  try {
    const page = await context.newPage();
    const printed: string[] = [];
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => (message.type() === 'error' ? problems : printed).push(message.text()));
    await page.route('**/*', (route) => {
      const url = route.request().url();
      const body = fileFor(url, `<!doctype html>${example.code}`);
      if (body === undefined) return url.endsWith('/favicon.ico') ? route.abort() : route.fulfill({ status: 404 });
      return route.fulfill({
        body,
        contentType: TYPES[extname(new URL(url).pathname) || '.html'] ?? 'application/octet-stream',
      });
    });
    await page.goto(`${ORIGIN}/`);
    const lines = Math.max(expectedLines(example.code).length, 1);
    for (let waited = 0; waited < MINUTE / 2 && printed.length < lines && !problems.length; waited += 50)
      await page.waitForTimeout(50);
    if (problems.length) throw new Error(`${where} fails: ${problems.join('\n')}`);
    if (!printed.length) throw new Error(`${where} prints nothing`);
    checkOutput(example, printed.join(' '), where);
  } finally {
    await context.close();
  }
};

test.after(() => browser?.close());

for (const path of DOCUMENTS) {
  for (const example of examplesIn(readFileSync(path, 'utf8'))) {
    const where = `${path}:${example.line}`;
    if (example.language === 'js') test(`${where} runs`, () => runScript(example, where));
    else if (example.language === 'sh' && commandsIn(example.code).length)
      test(`${where} runs`, () => runCommands(example, where));
    else if (example.language === 'html' && hasBrowser) test(`${where} runs in a page`, () => runPage(example, where));
  }
}

test('blocks run unless they are marked, and commands are those of groupwise', () => {
  const blocks = [
    '```js\na();\n```',
    '```js no-run\nb();\n```',
    '```sh\nnpm install groupwise\n```',
    '```ts\nc();\n```',
  ];
  assert.equal(
    examplesIn(blocks.join('\n\n')).map(({ code, line }) => [code, line]),
    [
      ['a();\n', 1],
      ['npm install groupwise\n', 9],
    ],
  );
  assert.equal(commandsIn('npm install groupwise\nnpx groupwise a \\\n  b  # c\nnpx groupwise d > e\ncd x'), [
    { words: ['a', 'b'] },
    { words: ['d'], output: 'e' },
  ]);
});

test('an example fails if it throws, or prints something else or nothing', () => {
  const failing: [code: string, message: RegExp][] = [
    ['throw new Error("no luck");', /no luck/],
    ['console.log("dog");  //=> cat', /prints "dog", not "cat"/],
    ['console.log(0.5);  //=> 0.54', /prints "0\.5", not "0\.54"/],
    ['const x = 1;  //=> 1', /prints "", not "1"/],
    ['import { nothing } from "groupwise";', /does not provide an export named 'nothing'/],
  ];
  for (const [code, message] of failing)
    assert.throws(() => runScript({ language: 'js', code, line: 1 }, 'here'), message);
  assert.throws(
    () => runCommands({ language: 'sh', code: 'npx groupwise classify none.jpg', line: 1 }, 'here'),
    /none\.jpg/,
  );
  assert.ok(sameText("{ label: 'cat', score: 0.98712 }", "{ label: 'cat', score: 0.9872 }"));
  assert.not.ok(sameText("{ label: 'cat', index: 4 }", "{ label: 'cat', index: 3 }"));
});

if (hasBrowser) {
  test('a page fails if its script fails or a file is missing', async () => {
    for (const code of ['<script>nothing();</script>', '<img src="none.jpg">'])
      await runPage({ language: 'html', code, line: 1 }, 'here').then(
        () => assert.unreachable(code),
        (error: Error) => assert.match(error.message, /here/),
      );
  });
}

test('there are examples in README.md', () => {
  assert.ok(examplesIn(readFileSync('README.md', 'utf8')).length > 0);
});

test.run();
