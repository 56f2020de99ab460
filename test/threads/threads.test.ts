// Models whose kernels run on several threads: the same bits, reasons for one thread, and ends.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel as loadInJavaScript } from '../../src/asmjs.js';
import { writeModel } from '../../src/format/write.js';
import { loadModel as loadForPages, type LoadOptions } from '../../src/index.js';
import { loadModel } from '../../src/node.js';
import { binary } from '../../src/ops/binary.js';
import { conv } from '../../src/ops/conv/conv.js';
import { pool } from '../../src/ops/pool.js';
import { transpose } from '../../src/ops/transpose.js';
import { unary } from '../../src/ops/unary.js';
import { importingShared } from '../../src/threads/shared-memory.js';
import { attrsFor } from '../support/conv-reference.js';
import { constantOf, graphOf, nodeOf, valueOf } from '../support/graph-runner.js';
import { seededFloats } from '../support/seeded.js';

const MODELS = ['cifar10-fast-flgc4', 'cifar10-fast-dense', 'cifar10-mobilenetv2-msgc'].map(
  (name) => `models/${name}/model.gw`,
);

/** A network whose layers are large enough to be divided: windows, SiLU, stride, groups, pools, products, a swap of axes. */
const largeNetwork = (): Uint8Array => {
  const x = valueOf('x', [1, 56, 56, 32]);
  const layer = (
    input: ReturnType<typeof valueOf>,
    outputs: number,
    attrs: Parameters<typeof attrsFor>[1],
    seed: number,
  ) => {
    const channels = input.shape.at(-1)!;
    const own = attrsFor(2, attrs);
    const shape = [outputs, ...own.kernel, channels / own.group];
    const weights = seededFloats(
      shape.reduce((product, size) => product * size),
      seed,
      -0.1,
      0.1,
    );
    const bias = seededFloats(outputs, seed + 1, -1, 1);
    return nodeOf(
      conv,
      own,
      [input, constantOf(`w${seed}`, shape, weights), constantOf(`b${seed}`, [outputs], bias)],
      `n${seed}`,
    );
  };
  const pointwise = { kernel: [1, 1], pads: [0, 0, 0, 0] };
  const first = layer(x, 48, {}, 1);
  const second = nodeOf(unary, { kind: 'swish', alpha: 1, beta: 0 }, [first.output], 'swish');
  const third = layer(second.output, 96, pointwise, 3);
  const fourth = layer(third.output, 96, { group: 96 }, 5);
  const fifth = layer(fourth.output, 64, { strides: [2, 2], group: 2, low: 0 }, 7);
  const sixth = layer(fifth.output, 64, {}, 9);
  const window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], ceil: false };
  const seventh = nodeOf(pool, { kind: 'max', ...window, countPads: false, p: 2 }, [sixth.output], 'max');
  const eighth = nodeOf(pool, { kind: 'average', ...window, countPads: true, p: 2 }, [seventh.output], 'average');
  const factors = constantOf('factors', [1, 28, 1, 64], seededFloats(28 * 64, 11, -1, 1));
  const ninth = nodeOf(binary, { kind: 'mul' }, [eighth.output, factors], 'mul');
  const tenth = nodeOf(transpose, { perm: [0, 3, 1, 2] }, [ninth.output], 'transpose');
  const nodes = [first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth];
  return writeModel({ graph: graphOf([x], nodes, [tenth.output]), metadata: {} }, 'f32');
};

const outputsOf = async (bytes: Uint8Array, options: LoadOptions) => {
  using model = await loadModel(bytes.slice(), options);
  const { shape } = model.inputs[0]!;
  const sizes = shape.map((size) => Math.abs(size));
  const data = seededFloats(
    sizes.reduce((product, size) => product * size),
    4,
    -1,
    1,
  );
  const runs = [1, 2, 3].map(() => Object.values(model.run({ data, shape: sizes })).map((output) => output.data));
  assert.equal(runs[1], runs[0]);
  assert.equal(runs[2], runs[0]);
  return { outputs: runs[0]!, info: model.runtimeInfo() };
};

for (const deterministic of [true, false]) {
  test(`several threads compute the bits of one, ${deterministic ? '' : 'not '}deterministic`, async () => {
    for (const bytes of [largeNetwork(), ...MODELS.map((path) => new Uint8Array(readFileSync(path)))]) {
      const one = await outputsOf(bytes, { deterministic });
      assert.is(one.info.threads, 1);
      for (const threads of [2, 3]) {
        const several = await outputsOf(bytes, { deterministic, threads });
        assert.equal(several.info, { kernels: one.info.kernels, threads });
        assert.equal(several.outputs, one.outputs, `${threads} threads`);
      }
    }
  });
}

test('a model that grows for larger batches grows for its threads too', async () => {
  const bytes = new Uint8Array(readFileSync(MODELS[0]!));
  using one = await loadModel(bytes.slice());
  using two = await loadModel(bytes.slice(), { threads: 2 });
  const shape = [40, 3, 32, 32];
  const input = { data: seededFloats(40 * 3 * 32 * 32, 5, -1, 1), shape };
  assert.equal(two.run(input), one.run(input));
});

test('one thread remains, with the reason, where others cannot be had', async () => {
  const bytes = new Uint8Array(readFileSync(MODELS[0]!));
  const reasonOf = async (load: typeof loadInJavaScript, options: LoadOptions) => {
    using model = await load(bytes.slice(), { ...options, threads: 2 });
    const { threads, oneThread } = model.runtimeInfo();
    assert.is(threads, 1);
    return oneThread!;
  };
  assert.match(await reasonOf(loadInJavaScript, {}), 'for one thread');
  assert.match(await reasonOf(loadForPages as typeof loadInJavaScript, {}), 'in Node, load with groupwise/node');
  const kernels = new WebAssembly.Module(readFileSync('build/kernels/simd.wasm'));
  assert.match(await reasonOf(loadModel as typeof loadInJavaScript, { kernels }), 'for one thread');
});

test('what a caller does to the answer of runtimeInfo does not change the next one', async () => {
  using model = await loadModel(new Uint8Array(readFileSync(MODELS[0]!)));
  model.runtimeInfo().threads = 99;
  assert.is(model.runtimeInfo().threads, 1);
});

test('"auto" takes at least one thread, and at most four', async () => {
  using model = await loadModel(new Uint8Array(readFileSync(MODELS[0]!)), { threads: 'auto' });
  const { threads } = model.runtimeInfo();
  assert.ok(threads >= 1 && threads <= 4, String(threads));
});

test('other numbers of threads are refused', async () => {
  for (const threads of [0, -1, 1.5, 17, 'two', null]) {
    try {
      await loadModel(new Uint8Array(), { threads } as LoadOptions);
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /threads .*expected a number from 1 to 16, or "auto"/, String(threads));
    }
  }
});

const PROGRAM = (end: string) => `
  import { readdirSync } from 'node:fs';
  import { setTimeout as wait } from 'node:timers/promises';
  import { loadModel } from ${JSON.stringify(new URL('../../src/node.js', import.meta.url).href)};
  const system = () => readdirSync('/proc/self/task').length;
  const before = system();
  let model = await loadModel(${JSON.stringify(MODELS[0])}, { threads: 3 });
  model.run(new Float32Array(3 * 32 * 32));
  console.log(model.runtimeInfo().threads);
  ${end}`;

const LEFT = 'await wait(1000); console.log(system() > before);';

const runProgram = (end: string) =>
  execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', PROGRAM(end)], {
    encoding: 'utf8',
    timeout: 60_000,
  });

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a process ends while threads wait', () => {
  assert.is(runProgram(LEFT), '3\ntrue\n');
});

onLinux('threads end with the model', () => {
  assert.is(runProgram(`model.dispose(); ${LEFT}`), '3\nfalse\n');
});

onLinux('threads end after the last reference to a model that nobody disposed of', () => {
  assert.is(
    runProgram(`model = undefined; for (let i = 0; i < 5; i++) { await wait(200); gc(); } ${LEFT}`),
    '3\nfalse\n',
  );
});

test('kernels of another kind are not taken for ours', () => {
  assert.throws(
    () => importingShared(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
    'import their memory in another way',
  );
});

test.run();
