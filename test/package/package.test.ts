import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VERSION } from '../../src/version.js';

// What is published: entries, their exports, what they load, and what may import what.

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
const cjs = <T>(name: string): T => require(join(process.cwd(), `dist/${name}.cjs`)) as T;

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
  model = await convertOnnx(new Uint8Array(onnx()), { golden: { inputs: { image: INPUT } } });
  expected = await scoresOf(await esm<Runtime>('index'));
});

for (const [name, names] of Object.entries({ index: RUNTIME, external: RUNTIME, node: NODE, convert: CONVERT })) {
  test(`${name}.js and ${name}.cjs export the same names`, async () => {
    const loaded = await esm<object>(name);
    assert.equal(Object.keys(loaded).sort(), names);
    assert.equal(
      Object.keys(cjs<object>(name))
        .filter((key) => key !== '__esModule')
        .sort(),
      names,
    );
  });
}

for (const [name, names] of Object.entries({ index: RUNTIME, external: RUNTIME, node: NODE, convert: CONVERT })) {
  test(`the types of ${name} declare the values that there are, and no others`, () => {
    for (const extension of ['d.ts', 'd.cts']) {
      const lists = [...readFileSync(`dist/${name}.${extension}`, 'utf8').matchAll(/^export \{([^}]*)\}/gm)];
      const items = lists.flatMap(([, list]) => list!.split(',').map((item) => item.trim()));
      assert.equal(
        items
          .filter((item) => !item.startsWith('type '))
          .map((item) => item.split(' ').at(-1))
          .sort(),
        names,
      );
    }
  });
}

test('every entry computes the same numbers', async () => {
  assert.is(expected.length, 10);
  for (const name of ['index', 'node', 'external']) {
    assert.equal(await scoresOf(await esm<Runtime>(name)), expected, `${name}.js`);
    assert.equal(await scoresOf(cjs<Runtime>(name)), expected, `${name}.cjs`);
  }
  const converted = await cjs<Convert>('convert').convertOnnx(new Uint8Array(onnx()), {
    golden: { inputs: { image: INPUT } },
  });
  assert.equal(converted, model);
});

test('errors of modules and of what is required are instances of the classes of each other', async () => {
  const kinds = [
    await esm<Runtime>('index'),
    await esm<Runtime>('node'),
    cjs<Runtime>('index'),
    cjs<Runtime>('external'),
  ];
  for (const { loadModel } of kinds) {
    const error = await loadModel(new Uint8Array(100)).then(
      () => undefined,
      (found: unknown) => found,
    );
    for (const { FormatError, ShapeError } of kinds) {
      assert.ok(error instanceof FormatError);
      assert.not.ok(error instanceof ShapeError);
    }
  }
});

test('a Buffer is a model or a network like any other array of bytes', async () => {
  const { convertOnnx } = await esm<Convert>('convert');
  assert.equal(await convertOnnx(onnx(), { golden: { inputs: { image: INPUT } } }), model);
  const shifted = Buffer.alloc(model.length + 1);
  shifted.set(model, 1);
  assert.equal(await scoresOf(await esm<Runtime>('index'), shifted.subarray(1)), expected);
});

test('photos are decoded from both kinds of modules', async () => {
  const encoded = JSON.parse(readFileSync('test/fixtures/encoded.json', 'utf8')) as Record<
    string,
    { file: string; size: number[] }
  >;
  for (const { decodeImage } of [await esm<Node>('node'), cjs<Node>('node')]) {
    for (const name of ['jpeg 4:2:0', 'png rgb', 'webp']) {
      const { width, height } = await decodeImage(Buffer.from(encoded[name]!.file, 'base64'));
      assert.equal([width, height], encoded[name]!.size);
    }
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

test('every path that package.json names is there, and nothing is installed with it', () => {
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
  for (const key of ['dependencies', 'optionalDependencies', 'peerDependencies']) assert.not.ok(key in manifest, key);
  const scripts = Object.keys(manifest.scripts as object);
  assert.equal(
    scripts.filter((name) => ['preinstall', 'install', 'postinstall', 'prepare'].includes(name)),
    [],
  );
  assert.is(VERSION, manifest.version);
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
