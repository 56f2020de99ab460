import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();

const sourceOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What a file imports or passes on when it is loaded; types are gone by then. With `types`, those too. */
const importsOf = (file: string, types = false): string[] => {
  const statements = sourceOf(file).matchAll(/^(?:import|export)(\s+type\b)?(?:[^;'"]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  return [...statements].filter(([, type]) => types || !type).map(([, , from]) => resolve(file, from!));
};

const resolve = (file: string, from: string): string =>
  from.startsWith('.') ? normalize(join(dirname(file), from)).replaceAll('\\', '/').replace(/\.js$/, '.ts') : from;

/** All files and packages that loading `file` loads. */
const reachedFrom = (file: string): Set<string> => {
  const reached = new Set<string>([file]);
  for (const next of reached) if (next.endsWith('.ts')) for (const found of importsOf(next)) reached.add(found);
  return reached;
};

const sources = filesIn('src').filter((file) => !file.startsWith('src/generated/'));

test('the imports of this project are found', () => {
  assert.ok(importsOf('src/index.ts').includes('src/embedded.ts'));
  assert.not(importsOf('src/plan.ts').includes('src/op.ts'));
  assert.ok(importsOf('src/plan.ts', true).includes('src/op.ts'));
  assert.ok(reachedFrom('src/index.ts').has('src/ops/conv.ts'));
  assert.ok(reachedFrom('src/convert.ts').has('src/passes/index.ts'));
  assert.ok(sources.length > 80);
});

for (const entry of ['src/index.ts', 'src/external.ts']) {
  test(`${entry} loads no converter, no writer, no command line and nothing of Node`, () => {
    const forbidden = /^(src\/(onnx|passes|converter|cli|eval|node)\/|src\/(convert|cli|node)\.ts|src\/format\/write\.ts|node:)/;
    assert.equal([...reachedFrom(entry)].filter((file) => forbidden.test(file)), []);
  });

  test(`${entry} loads no package but the loader`, () => {
    assert.equal([...reachedFrom(entry)].filter((file) => !file.startsWith('src/')), ['@assemblyscript/loader']);
  });
}

test('the converter loads nothing of Node and no command line', () => {
  assert.equal([...reachedFrom('src/convert.ts')].filter((file) => /^(src\/(cli|eval|node)\b|node:)/.test(file)), []);
});

test('only src/external.ts may leave the embedded kernels out', () => {
  assert.ok(reachedFrom('src/index.ts').has('src/generated/kernels.ts'));
  assert.not(reachedFrom('src/external.ts').has('src/generated/kernels.ts'));
});

const isOp = (file: string) => /\bdefineOp\(\{/.test(sourceOf(file));

test('ops know no other ops', () => {
  const inOps = sources.filter((file) => file.startsWith('src/ops/') && file !== 'src/ops/index.ts');
  const ops = new Set(inOps.filter(isOp));
  assert.is(ops.size, 24);
  for (const file of inOps) assert.equal(importsOf(file, true).filter((found) => ops.has(found) || found === 'src/ops/index.ts'), [], file);
});

test('ops and what they share know neither plans nor files', () => {
  const allowed = /^src\/(ops\/|errors|graph|op|tensor|wasm)/;
  for (const file of sources.filter((name) => name.startsWith('src/ops/'))) {
    assert.equal(importsOf(file, true).filter((found) => !allowed.test(found)), [], file);
  }
});

test('only src/wasm.ts knows the loader', () => {
  const users = sources.filter((file) => importsOf(file, true).some((found) => found.startsWith('@assemblyscript/')));
  assert.equal(users, ['src/wasm.ts']);
});

test('there are no circles among the imports', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.not(path.includes(file), [...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || !file.startsWith('src/')) return;
    for (const found of importsOf(file)) visit(found, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
});

test('kernels import kernels only', () => {
  const kernels = filesIn('assembly');
  assert.ok(kernels.length > 20);
  for (const file of kernels) {
    assert.equal(importsOf(file, true).filter((found) => !kernels.includes(`${found.replace(/\.ts$/, '')}.ts`)), [], file);
  }
});

/** The file that declares an exported name, through files that pass it on. */
const declaringFile = (file: string, name: string): string => {
  for (const [, list, from] of sourceOf(file).matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'([^']+)'/gm)) {
    if (namesIn(list!).includes(name)) return declaringFile(resolve(file, from!), name);
  }
  return file;
};

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim().replace(/^type\s+/, '')).filter(Boolean);

const DECLARED = /^export\s+(?:declare\s+)?(?:async\s+)?(?:const|type|class|function)\s+(\w+)/gm;

const exportsOf = (file: string): string[] => [
  ...[...sourceOf(file).matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)].flatMap(([, list]) => namesIn(list!)),
  ...[...sourceOf(file).matchAll(DECLARED)].map(([, name]) => name!),
];

for (const entry of ['src/index.ts', 'src/convert.ts', 'src/node.ts', 'src/external.ts']) {
  test(`everything that ${entry} exports is documented`, () => {
    const names = exportsOf(entry);
    assert.ok(names.length);
    for (const name of names) {
      const file = declaringFile(entry, name);
      const declaration = [...sourceOf(file).matchAll(DECLARED)].find(([, own]) => own === name);
      assert.ok(declaration, `${name} is declared in ${file}`);
      assert.ok(sourceOf(file).slice(0, declaration!.index).trimEnd().endsWith('*/'), `${name} in ${file} has no comment`);
    }
  });
}

test.run();
