// Weights stored as 8 bits: what is read is integers times scales of output channels, close to the exact weights; forged
// files are refused.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { FormatError } from '../../src/errors.js';
import { filtersOf } from '../../src/format/filters.js';
import { readModel } from '../support/read-model.js';
import { dequantised, quantise, type Matrix } from '../../src/format/scaled.js';
import { writeModel } from '../../src/format/write.js';
import { loadModel } from '../../src/index.js';
import { atOnce } from '../../src/next-task.js';
import { blocksModel, putTogether, repaired, SMALL, takeApart } from '../support/model-file.js';
import { floats, writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const floatsOf = (bytes: Uint8Array, count: number): Float32Array => new Float32Array(bytes.buffer, 0, count);

const quantised = (weights: Float32Array, matrices: readonly Matrix[]): Uint8Array =>
  atOnce(quantise(weights, matrices));

/** The sum of squared errors of rounding weights to multiples of a scale. */
const errorOf = (weights: Float32Array, scale: number): number =>
  weights.reduce((sum, w) => {
    const integer = Math.max(-127, Math.min(127, Math.round(w / scale)));
    return sum + (w - integer * scale) ** 2;
  }, 0);

const scales = suite('scales');

scales('what is read is each integer times the scale of its row or column, in f32', () => {
  const matrices: Matrix[] = [
    { rows: 2, columns: 3, byColumn: false },
    { rows: 2, columns: 2, byColumn: true },
  ];
  const bytes = new Uint8Array(4 * 4 + 10);
  floatsOf(bytes, 4).set([0.1, 0.3, 0.7, 0]);
  new Int8Array(bytes.buffer, 16).set([1, -2, 127, 3, 0, -127, 5, 6, -7, 8]);
  const f = Math.fround;
  assert.equal(
    [...dequantised(bytes, matrices)],
    [f(0.1), f(f(0.1) * -2), f(f(0.1) * 127), f(f(0.3) * 3), 0, f(f(0.3) * -127), f(f(0.7) * 5), 0, f(f(0.7) * -7), 0],
  );
});

scales('a scale is at least as good as the largest weight / 127, and almost as good as any', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const weights = seededFloats(40, seed, -1, 1).map((x) => x ** 3);
    const [scale] = floatsOf(quantised(weights, [{ rows: 1, columns: 40, byColumn: false }]), 1);
    const largest = weights.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
    const error = errorOf(weights, scale!);
    assert.ok(error <= errorOf(weights, Math.fround(largest / 127)) * (1 + 1e-6), `seed ${seed}`);
    const others = Array.from({ length: 400 }, (_, i) => errorOf(weights, (largest / 127) * (0.8 + i / 1000)));
    assert.ok(error <= Math.min(...others) * 2, `seed ${seed}: ${error} against ${Math.min(...others)}`);
  }
});

scales('weights that are integers times a scale come back exactly, and zeros remain zeros', () => {
  const weights = Float32Array.from([127, -3, 0, 64, -127, 1], (q) => q * 0.015625);
  const matrices = [{ rows: 1, columns: 6, byColumn: false }];
  assert.equal(dequantised(quantised(weights, matrices), matrices), weights);
  assert.equal(dequantised(quantised(new Float32Array(6), matrices), matrices), new Float32Array(6));
});

scales.run();

const files = suite('files with 8-bit weights');

const exact: Record<string, Uint8Array> = { blocks: blocksModel() };
for (const name of ['convolutions', 'reductions']) exact[name] = await convertOnnx(writeOnnx(SMALL[name]!));

for (const [name, bytes] of Object.entries(exact)) {
  files(`${name}: an output channel's weights differ by at most its scale, everything else is the same`, () => {
    const before = readModel(bytes).graph;
    const after = readModel(writeModel({ graph: before, metadata: {} }, 'int8')).graph;
    const [one, other] = [filtersOf(before), filtersOf(after)].map((filters) => [...filters]);
    assert.ok(one!.length > 0);
    one!.forEach(([{ data }, { matrices }], i) => {
      const stored = other![i]![0].data!;
      let start = 0;
      for (const { rows, columns, byColumn } of matrices) {
        for (let k = 0; k < rows * columns; k++) {
          const isSame = (at: number) =>
            byColumn ? at % columns === k % columns : ~~(at / columns) === ~~(k / columns);
          const channel = Array.from({ length: rows * columns }, (_, at) => at).filter(isSame);
          const largest = Math.max(...channel.map((at) => Math.abs(data![start + at]!)));
          assert.ok(Math.abs(stored[start + k]! - data![start + k]!) <= largest / 60);
        }
        start += rows * columns;
      }
      assert.is(start, data!.length);
    });
    const weights = new Set([...filtersOf(before).keys(), ...filtersOf(after).keys()]);
    const rest = ({ nodes }: typeof before) => nodes.map(({ inputs }) => inputs.map((v) => !weights.has(v) && v.data));
    assert.equal(rest(after), rest(before));
  });
}

files('blocks have a scale per output of each block', () => {
  const [[, { matrices }]] = [...filtersOf(readModel(exact.blocks!).graph)] as unknown as [
    [unknown, { matrices: Matrix[] }],
  ];
  assert.equal(matrices, [
    { rows: 3, columns: 27, byColumn: false },
    { rows: 2, columns: 9, byColumn: false },
  ]);
});

files('the converted network computes what its file computes, and the same network gives the same bytes', async () => {
  const onnx = writeOnnx(SMALL.convolutions!);
  const input = seededFloats(3 * 36, 3, -1, 1);
  const bytes = await convertOnnx(onnx, { weights: 'int8', testVector: { inputs: { x: input } } });
  assert.equal(await convertOnnx(onnx, { weights: 'int8', testVector: { inputs: { x: input } } }), bytes);
  const model = await loadModel(bytes);
  const { y } = model.run({ x: input });
  const recorded = readModel(bytes).testVector!.outputs[0]!;
  assert.equal([...y!.data], [...recorded]);
  model.dispose();
});

files('weights take a byte each, and what they belong to stays f32', async () => {
  const convolution = {
    nodes: [{ op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: ['N', 64, 4, 4] }],
    outputs: ['y'],
    tensors: [
      floats('w', [128, 64, 1, 1], [...seededFloats(128 * 64, 1, -1, 1)]),
      floats('b', [128], [...seededFloats(128, 2, -1, 1)]),
    ],
  };
  const [, , weights] = takeApart(await convertOnnx(writeOnnx(convolution), { weights: 'int8' }));
  assert.is(weights.length, 128 * 64 + 128 * 4 + 128 * 4);
});

files.run();

const forged = suite('forged files');

const small = writeModel({ graph: readModel(blocksModel()).graph, metadata: {} }, 'int8');

const withVersion = (bytes: Uint8Array, version: number): Uint8Array => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(8, version, true);
  return repaired(copy);
};

const fails = (bytes: Uint8Array, message: RegExp): void => {
  assert.throws(
    () => readModel(bytes),
    (error: unknown) => error instanceof FormatError && message.test(error.message),
  );
};

forged('the version is 2, which older readers refuse by name; without 8-bit weights it is 1', () => {
  assert.is(new DataView(small.buffer).getUint32(8, true), 2);
  assert.is(new DataView(writeModel(readModel(small), 'f32').buffer).getUint32(8, true), 1);
  fails(withVersion(small, 3), /version 3 of the format, where 2 is needed/);
  fails(withVersion(small, 5), /version 5 .* reads up to 4: update it/);
});

forged('scales that are no numbers, negative or too large are refused', () => {
  for (const scale of [NaN, Infinity, -1, 3e38]) {
    const [metadata, graph, weights, test] = takeApart(small);
    const changed = weights.slice();
    new DataView(changed.buffer).setFloat32(0, scale, true);
    fails(withVersion(putTogether([metadata, graph, changed, test]), 2), /a scale of the weights is not a number/);
  }
});

forged('matrices of another size than their constant are refused', () => {
  const [metadata, graph, weights, test] = takeApart(small);
  // The two matrices of the blocks: 3 x 27 and 2 x 9, by row.
  const at = Buffer.from(graph).indexOf(Buffer.from([2, 3, 27, 0, 2, 9, 0]));
  assert.ok(at > 0);
  for (const [offset, value] of [
    [1, 0],
    [1, 2],
    [2, 28],
    [4, 127],
    [0, 1],
  ] as const) {
    const changed = graph.slice();
    changed[at + offset] = value;
    fails(
      withVersion(putTogether([metadata, changed, weights, test]), 2),
      /matrices do not have the size|exceeds the limit/,
    );
  }
  const cut = weights.slice(0, -1);
  fails(withVersion(putTogether([metadata, graph, cut, test]), 2), /extends past the weights/);
});

forged.run();
