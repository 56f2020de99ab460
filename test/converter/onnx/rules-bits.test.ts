// Rules of shifts, complements, remainders and cuts, compared with JavaScript's own operators or with results by hand.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compute, computed } from '../../support/onnx/compute.js';
import { floats, longs, type TensorSpec } from '../../support/onnx/write.js';

const test = suite('bits and cuts');

const [UINT8, INT8, INT32, BOOL] = [2, 3, 6, 9];
const whole = (type: number, ints: number[]): TensorSpec => ({ dims: [ints.length], type, ints });

test('BitShift shifts in the width of its type', () => {
  const [x, counts] = [
    [-2147483648, -7, -1, 0, 5, 2147483647],
    [0, 1, 3, 30, 31],
  ];
  const shift = (type: number, direction: string, values: number[], count: number) =>
    computed({
      op: 'BitShift',
      opset: 28,
      inputs: [
        whole(type, values),
        whole(
          type,
          values.map(() => count),
        ),
      ],
      attributes: { direction },
    });
  for (const count of counts) {
    assert.equal(
      shift(INT32, 'RIGHT', x, count),
      x.map((value) => value >> count),
    );
    assert.equal(
      shift(INT32, 'LEFT', x, count),
      x.map((value) => value << count),
    );
  }
  assert.equal(
    [32, -1].map((count) => shift(INT32, 'RIGHT', x, count)),
    [1, 2].map(() => [-1, -1, -1, 0, 0, 0]),
  );
  assert.equal(
    [32, -1].map((count) => shift(INT32, 'LEFT', x, count)),
    [1, 2].map(() => [0, 0, 0, 0, 0, 0]),
  );
  assert.equal(shift(UINT8, 'LEFT', [1, 200, 255], 1), [2, 144, 254]);
  assert.equal(shift(INT8, 'LEFT', [64, -127, 3], 1), [-128, 2, 6]);
  assert.throws(
    () => compute({ op: 'BitShift', inputs: [longs('', [1]), longs('', [1])], attributes: { direction: 'LEFT' } }),
    /int64/,
  );
});

test('BitwiseNot is the complement in the width of its type', () => {
  assert.equal(computed({ op: 'BitwiseNot', opset: 18, inputs: [whole(UINT8, [0, 1, 255])] }), [255, 254, 0]);
  assert.equal(computed({ op: 'BitwiseNot', opset: 18, inputs: [whole(INT32, [0, 5, -1])] }), [-1, -6, 0]);
});

test('IsNaN and IsInf find what is not a number', () => {
  const x = floats('', [5], [1, NaN, Infinity, -Infinity, 0]);
  assert.equal(computed({ op: 'IsNaN', opset: 20, inputs: [x] }), [0, 1, 0, 0, 0]);
  assert.equal(computed({ op: 'IsInf', opset: 20, inputs: [x] }), [0, 0, 1, 1, 0]);
  assert.equal(computed({ op: 'IsInf', opset: 20, inputs: [x], attributes: { detect_negative: 0 } }), [0, 0, 1, 0, 0]);
});

test('Mod of floats with fmod 0 has the sign of the divisor', () => {
  const [x, y] = [floats('', [6], [-4, 7, 5, 4, -7, -1]), floats('', [6], [2, -3, 8, -2, 3, Infinity])];
  assert.equal(computed({ op: 'Mod', opset: 28, inputs: [x, y] }), [-0, -2, 5, 0, 2, Infinity]);
});

test('Tan, Sinh and Cosh are accurate near 0 and far from it', () => {
  const x = [-88, -3, -1e-4, 1e-6, 0.5, 20, 88.5].map(Math.fround);
  for (const [op, exact] of [
    ['Sinh', Math.sinh],
    ['Cosh', Math.cosh],
  ] as const)
    computed({ op, opset: 22, inputs: [floats('', [7], x)] }).forEach((value, i) =>
      assert.ok(Math.abs(value / exact(x[i]!) - 1) < 2e-6, `${op} ${x[i]}: ${value}`),
    );
  const angles = [-1.5, -1e-4, 0.7, 3, 10].map(Math.fround);
  computed({ op: 'Tan', opset: 22, inputs: [floats('', [5], angles)] }).forEach((value, i) =>
    assert.ok(Math.abs(value / Math.tan(angles[i]!) - 1) < 2e-6, `Tan ${angles[i]}: ${value}`),
  );
});

test('SwiGLU multiplies a gate', () => {
  const [y] = computed({
    op: 'SwiGLU',
    opset: 28,
    inputs: [floats('', [1], [2]), floats('', [1], [3])],
    attributes: { alpha: { float: 0.5 } },
  });
  assert.ok(Math.abs(y! - 6 / (1 + Math.exp(-1))) < 1e-6);
});

test('CenterCropPad cuts and fills up, with what is odd at the end', () => {
  const inputs = [floats('', [5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), longs('', [2, 5])];
  assert.equal(computed({ op: 'CenterCropPad', opset: 18, inputs }), [0, 2, 3, 0, 0, 0, 4, 5, 0, 0]);
});

test('Compress keeps what a constant condition says', () => {
  const x = floats('', [3, 2], [1, 2, 3, 4, 5, 6]);
  assert.equal(
    computed({ op: 'Compress', inputs: [x, whole(BOOL, [0, 1, 1])], attributes: { axis: 0 } }),
    [3, 4, 5, 6],
  );
  assert.equal(computed({ op: 'Compress', inputs: [x, whole(BOOL, [0, 1, 0, 0, 1])] }), [2, 5]);
});

test.run();
