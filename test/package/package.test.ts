// What is published: entries, their exports and types, what they load, and that all compute the same.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VERSION } from '../../src/version.js';

type Runtime = typeof import('../../src/index.js');
type Node = typeof import('../../src/node.js');
type Convert = typeof import('../../src/convert.js');

const RUNTIME = [
  'ArgumentError',
  'EngineError',
  'FormatError',
  'GroupwiseError',
  'ImageError',
  'LoadError',
  'ShapeError',
  'VERSION',
  'hasRelaxedSimd',
  'hasSimd',
  'loadClassifier',
  'loadModel',
  'prepare',
  'presets',
];
const NODE = [...RUNTIME, 'decodeImage', 'readNpy', 'writeNpy'].sort();
const CONVERT = [
  'ArgumentError',
  'FormatError',
  'GroupwiseError',
  'LoadError',
  'ShapeError',
  'UnsupportedError',
  'convertOnnx',
  'convertTflite',
  'presets',
];

type Manifest = {
  version: string;
  main: string;
  exports: Record<string, string | Record<string, Record<string, string>>>;
} & Record<string, unknown>;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

const require = createRequire(import.meta.url);
const esm = async <T>(name: string): Promise<T> => (await import(join(process.cwd(), `dist/${name}.js`))) as T;
const required = <T>(name: string): T => require(name) as T;
const ENTRIES = { index: RUNTIME, external: RUNTIME, asmjs: RUNTIME, node: NODE, convert: CONVERT };

const INPUT = new Float32Array(3 * 16 * 16).map((_, i) => Math.sin(i));
const onnx = (): Buffer => readFileSync('test/fixtures/tiny/separable.onnx');

let model: Uint8Array;
let expected: number[];

const scoresOf = async ({ loadModel }: Pick<Runtime, 'loadModel'>, source = model): Promise<number[]> => {
  const loaded = await loadModel(source, { deterministic: true });
  const { scores } = loaded.run(INPUT);
  loaded.dispose();
  return [...(scores!.data as Float32Array)];
};

const test = suite('package');

test.before(async () => {
  const { convertOnnx } = await esm<Convert>('convert');
  model = await convertOnnx(new Uint8Array(onnx()), { testVector: { inputs: { image: INPUT } } });
  expected = await scoresOf(await esm<Runtime>('index'));
});

for (const [name, names] of Object.entries(ENTRIES)) {
  test(`${name}.js exports what its types declare`, async () => {
    assert.equal(Object.keys(await esm<object>(name)).sort(), names);
    assert.equal(declaredValues(`dist/${name}.d.ts`), names);
  });
}

/** The values among the exports of a file of declarations. */
const declaredValues = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap(([, list]) => list!.split(',').map((item) => item.trim()))
    .filter((item) => !item.startsWith('type '))
    .map((item) => item.split(' ').at(-1)!)
    .sort();

test('edge.js imports WebAssembly as modules, and exports what its types declare', () => {
  const text = readFileSync('dist/edge.js', 'utf8');
  const imported = [...text.matchAll(/["']\.\/kernels\/(\w+)\.wasm["']/g)].map(([, name]) => name);
  assert.equal(imported.sort(), ['gated', 'int8', 'jpeg', 'relaxed', 'simd']);
  assert.equal(declaredValues('dist/edge.d.ts'), [...RUNTIME, 'decodeImage', 'provideDecoders'].sort());
});

test('require returns the exports of the module from one file, which loads the others when they are needed', () => {
  const { default: path } = (manifest.exports['.'] as Record<string, Record<string, string>>).require!;
  assert.equal([path, manifest.unpkg, manifest.jsdelivr], Array(3).fill(manifest.main));
  const loads = [...readFileSync(manifest.main, 'utf8').matchAll(/\b(require|import)\(.*?\)/g)].map(([text]) => text);
  assert.equal(loads.sort(), [
    'require("./groupwise-loading.min.js")',
    'require("./groupwise-ops.min.js")',
    'require("./groupwise-worker.min.js")',
  ]);
  assert.equal(exportsOf(required(join(process.cwd(), manifest.main))), RUNTIME);
  assert.equal(declaredValues(manifest.main.replace('.js', '.d.ts')), RUNTIME);
});

const exportsOf = (loaded: object): string[] =>
  Object.keys(loaded)
    .filter((key) => key !== '__esModule')
    .sort();

test('Node can also require the other entries: they have no top-level await', () => {
  if (!('require_module' in process.features)) return console.log('skipped: this Node cannot require modules');
  for (const [name, names] of Object.entries(ENTRIES))
    assert.equal(exportsOf(required(join(process.cwd(), `dist/${name}.js`))), names);
});

test('every entry computes the same numbers', async () => {
  assert.is(expected.length, 10);
  for (const name of ['index', 'node', 'external', 'asmjs'])
    assert.equal(await scoresOf(await esm<Runtime>(name)), expected, name);
  assert.equal(await scoresOf(required(join(process.cwd(), manifest.main))), expected);
});

test('groupwise/external loads scalar kernels in engines without SIMD', () => {
  const script = `import { hasSimd, loadModel } from './dist/external.js';
    const model = await loadModel(Buffer.from('${Buffer.from(model).toString('base64')}', 'base64'));
    const { scores } = model.run(new Float32Array(768).map((_, i) => Math.sin(i)));
    console.log(JSON.stringify([hasSimd(), model.kernels, [...scores.data]]));`;
  // V8 needs SSE 4.1 for SIMD, on processors that have such instructions
  const words = ['--no-enable-sse4-1', '--input-type=module', '-e', script];
  const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const [simd, kernels, scores] = JSON.parse(stdout) as [boolean, string, number[]];
  if (simd) return console.log('skipped: this processor always has SIMD');
  assert.equal([kernels, scores], ['scalar', expected]);
});

test('a Buffer is a model or a network like any other array of bytes', async () => {
  const { convertOnnx } = await esm<Convert>('convert');
  assert.equal(await convertOnnx(onnx(), { testVector: { inputs: { image: INPUT } } }), model);
  const shifted = Buffer.alloc(model.length + 1);
  shifted.set(model, 1);
  assert.equal(await scoresOf(await esm<Runtime>('index'), shifted.subarray(1)), expected);
});

test('an uncaught error shows its class and a short line of code', () => {
  const script = "await (await import('./dist/node.js')).loadModel('none.gw')";
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  const lines = stderr.toString().split('\n');
  assert.is(status, 1);
  assert.ok(
    lines.some((line) => /^LoadError: cannot read none\.gw/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.every((line) => line.length < 500));
});

test('photos are decoded from the bundles', async () => {
  const encoded = JSON.parse(readFileSync('test/fixtures/encoded.json', 'utf8')) as Record<
    string,
    { file: string; size: number[] }
  >;
  const { decodeImage } = await esm<Node>('node');
  for (const name of ['jpeg 4:2:0', 'png rgb', 'webp']) {
    const { width, height } = await decodeImage(Buffer.from(encoded[name]!.file, 'base64'));
    assert.equal([width, height], encoded[name]!.size);
  }
});

test('the file for a script tag needs nothing but a browser and sets one global', async () => {
  const BROWSER = [
    'WebAssembly',
    'Response',
    'Blob',
    'ReadableStream',
    'DecompressionStream',
    'atob',
    'performance',
    'URL',
    'TextDecoder',
    'TextEncoder',
    'ArrayBuffer',
    'Uint8Array',
    'Uint16Array',
    'Int32Array',
    'Float32Array',
    'Float64Array',
    'DataView',
  ];
  const page = Object.fromEntries(BROWSER.map((name) => [name, (globalThis as Record<string, unknown>)[name]]));
  const names = runInNewContext(
    `${readFileSync(String(manifest.unpkg), 'utf8')}; Object.keys(groupwise).sort()`,
    page,
  ) as string[];
  assert.equal(
    [...names].filter((name) => name !== '__esModule'),
    RUNTIME,
  );
  const added = Object.keys(page).filter((name) => !BROWSER.includes(name));
  assert.equal(added, ['groupwise']);
  const scores = await scoresOf((page as unknown as { groupwise: Runtime }).groupwise);
  assert.equal(scores, expected);
});

test('every path in package.json exists, and there are no dependencies', () => {
  const paths = (entry: unknown): string[] =>
    typeof entry === 'string' ? [entry] : Object.values(entry as object).flatMap((value) => paths(value));
  const named = [
    manifest.main,
    manifest.module,
    manifest.types,
    manifest.unpkg,
    manifest.jsdelivr,
    manifest.bin,
    manifest.exports,
  ];
  for (const path of named.flatMap(paths)) assert.ok(path.includes('*') || existsSync(path), path);
  for (const build of ['simd', 'relaxed']) assert.ok(existsSync(`dist/kernels/${build}.wasm`));
  for (const key of ['dependencies', 'optionalDependencies']) assert.not.ok(key in manifest, key);
  const peers = Object.keys(manifest.peerDependencies as object);
  const optional = peers.map((name) => [name, { optional: true }]);
  assert.equal(manifest.peerDependenciesMeta, Object.fromEntries(optional), 'all peers are optional');
  const scripts = Object.keys(manifest.scripts as object);
  assert.equal(
    scripts.filter((name) => ['preinstall', 'install', 'postinstall', 'prepare'].includes(name)),
    [],
  );
  assert.is(VERSION, manifest.version);
});

test('bundlers find every file that the modules name by a URL, and nothing that they refuse', () => {
  const names = readdirSync('dist', { recursive: true }).map((name) => join('dist', String(name)));
  const modules = names.filter((name) => name.endsWith('.js') && !name.includes('umd') && !name.endsWith('cli.js'));
  const found: string[] = [];
  for (const file of modules) {
    // the script of workers is a text, which no bundler reads
    const code = file.endsWith('script-text.js') ? '' : readFileSync(file, 'utf8');
    for (const [, path] of code.matchAll(/new URL\(\s*["']([^"']+)["'],\s*import\.meta/g)) {
      found.push(path!);
      assert.ok(existsSync(join(dirname(file), path!)), `${file} names ${path}`);
    }
    assert.not.match(code, /import\.meta\.url\s*=[^=]/, file);
    assert.not.match(code, /\bimport\((?!["'])/, `${file} imports by an expression`);
  }
  assert.equal(found.sort(), ['./kernels/relaxed.wasm', './kernels/scalar.wasm', './kernels/simd.wasm', './thread.js']);
});

test('the bundle of the runtime loads no code of the converter', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import) ?"(\.[^"]+)"/g))
      load(join(dirname(file), path!));
  };
  load('dist/index.js');
  for (const file of loaded) {
    assert.not.match(readFileSync(file, 'utf8'), /GlobalAveragePool|ai\.onnx/, relative('.', file));
  }
});

test.run();
