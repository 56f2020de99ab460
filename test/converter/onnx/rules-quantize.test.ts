// Rules of quantised operators, compared with loops in exact integers.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compute, computed } from '../../support/onnx/compute.js';
import { floats, type TensorSpec } from '../../support/onnx/write.js';

const test = suite('quantised operators');

const [UINT8, INT8, INT32] = [2, 3, 6];
const whole = (type: number, dims: number[], ints: number[]): TensorSpec => ({ dims, type, ints });
const scalar = (value: number): TensorSpec => floats('', [], [value]);

/** Integers from `low` on, `count` different ones, in an order that repeats in every run. */
const integers = (length: number, low: number, count: number, step: number): number[] =>
  Array.from({ length }, (_, i) => low + ((i * step) % count));

test('QuantizeLinear rounds halves to even numbers and stays in the range of its type', () => {
  const x = floats('', [8], [0.5, 1.5, 2.5, -0.5, -1.5, 1e30, -1e30, 126.5]);
  const y = (type: number) => computed({ op: 'QuantizeLinear', inputs: [x, scalar(1), whole(type, [], [1])] });
  assert.equal(y(INT8), [1, 3, 3, 1, -1, 127, -128, 127]);
  assert.equal(y(UINT8), [1, 3, 3, 1, 0, 255, 0, 127]);
  assert.equal(computed({ op: 'QuantizeLinear', inputs: [x, scalar(0.5)] }), [1, 3, 5, 0, 0, 255, 0, 253]);
});

test('scales belong to an axis or to blocks of it', () => {
  const x = whole(UINT8, [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
  const y = (scales: TensorSpec, zeros: TensorSpec, attributes: Record<string, number>) =>
    computed({ op: 'DequantizeLinear', opset: 21, inputs: [x, scales, zeros], attributes });
  const byRow = y(floats('', [2], [1, 10]), whole(UINT8, [2], [0, 5]), { axis: 0 });
  assert.equal(byRow, [1, 2, 3, 4, 0, 10, 20, 30]);
  const blocks = y(floats('', [2, 2], [1, 10, 100, 1000]), whole(UINT8, [2, 2], [0, 3, 5, 8]), {
    axis: 1,
    block_size: 2,
  });
  assert.equal(blocks, [1, 2, 0, 10, 0, 100, -1000, 0]);
  assert.throws(() => y(floats('', [3], [1, 1, 1]), whole(UINT8, [3], [0, 0, 0]), { axis: 1 }), /do not fit axis 1/);
});

test('DequantizeLinear subtracts 32-bit integers exactly', () => {
  const inputs = [whole(INT32, [1], [2 ** 24 + 1]), scalar(1), whole(INT32, [], [2 ** 24])];
  assert.equal(computed({ op: 'DequantizeLinear', inputs }), [1]);
});

test('DynamicQuantizeLinear includes 0 in the range', () => {
  const [y, scale, zero] = compute({ op: 'DynamicQuantizeLinear', inputs: [floats('', [3], [1, 2, 5.1])], outputs: 3 });
  assert.equal([y!.data, zero!.data], [[50, 100, 255], [0]]);
  assert.equal(scale!.data, [Math.fround(Math.fround(5.1) / 255)]);
  assert.equal(compute({ op: 'DynamicQuantizeLinear', inputs: [floats('', [1], [0])], outputs: 3 })[1]!.data, [1]);
});

test('MatMulInteger is exact for long sums', () => {
  for (const depth of [3, 900]) {
    const [a, b] = [integers(2 * depth, 0, 256, 89), integers(depth * 3, -128, 256, 151)];
    const expected = Array.from({ length: 6 }, (_, at) => {
      const [row, column] = [Math.floor(at / 3), at % 3];
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += (a[row * depth + k]! - [0, 9][row]!) * (b[k * 3 + column]! + 5);
      return sum;
    });
    const inputs = [
      whole(UINT8, [2, depth], a),
      whole(INT8, [depth, 3], b),
      whole(UINT8, [2], [0, 9]),
      whole(INT8, [], [-5]),
    ];
    assert.equal(computed({ op: 'MatMulInteger', inputs }), expected);
  }
  const long = [
    whole(UINT8, [1, 9999], integers(9999, 0, 256, 89)),
    whole(INT8, [9999, 1], integers(9999, -128, 256, 3)),
  ];
  assert.throws(
    () => computed({ op: 'MatMulInteger', inputs: long }),
    /sums of 9999 products of integers are not exact/,
  );
});

test('QLinearConv adds the bias to exact sums, and pads with the zero point', () => {
  const [channels, size, outputs] = [40, 4, 2];
  const x = integers(channels * size * size, 0, 256, 89);
  const w = integers(outputs * channels * 9, -128, 256, 151);
  const scales = [0.001, 0.002];
  const expected: number[] = [];
  for (let o = 0; o < outputs; o++) {
    for (let place = 0; place < size * size; place++) {
      let sum = [100, -7000][o]!;
      for (let k = 0; k < channels * 9; k++) {
        const [c, row, column] = [
          Math.floor(k / 9),
          Math.floor(place / size) + (Math.floor(k / 3) % 3) - 1,
          (place % size) + (k % 3) - 1,
        ];
        if (row < 0 || column < 0 || row >= size || column >= size) continue;
        sum += (x[(c * size + row) * size + column]! - 120) * w[o * channels * 9 + k]!;
      }
      expected.push(Math.min(Math.max(Math.round((sum * 0.02 * scales[o]!) / 0.5) + 10, 0), 255));
    }
  }
  const inputs = [
    whole(UINT8, [1, channels, size, size], x),
    scalar(0.02),
    whole(UINT8, [], [120]),
    whole(INT8, [outputs, channels, 3, 3], w),
    floats('', [2], scales),
    whole(INT8, [2], [0, 0]),
    scalar(0.5),
    whole(UINT8, [], [10]),
    whole(INT32, [2], [100, -7000]),
  ];
  assert.equal(computed({ op: 'QLinearConv', inputs, attributes: { pads: [1, 1, 1, 1] } }), expected);
});

test('QLinearMatMul is rescaled to the output', () => {
  const inputs = [
    whole(UINT8, [1, 2], [130, 140]),
    scalar(0.5),
    whole(UINT8, [], [128]),
    whole(INT8, [2, 2], [1, -2, 3, 4]),
    scalar(0.25),
    whole(INT8, [], [0]),
    scalar(1),
    whole(INT8, [], [-1]),
  ];
  assert.equal(computed({ op: 'QLinearMatMul', inputs }), [4, 5]); // 38 / 8 = 4.75 and 44 / 8 = 5.5: 5 and 6, less 1
});

test.run();
