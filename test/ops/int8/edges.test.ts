// Int8 ops at the edges of what they take: few axes, numbers that are none, extreme scales, and what is refused.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Node } from '../../../src/ir/graph.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import type { Value } from '../../../src/ir/value.js';
import { convInt8 } from '../../../src/ops/int8/conv-int8.js';
import { mulInt8 } from '../../../src/ops/int8/elementwise.js';
import { maxInt8 } from '../../../src/ops/int8/pool-int8.js';
import { dequantize, quantize } from '../../../src/ops/int8/quantize.js';
import {
  constantOf,
  createPartsRunner,
  createPlainRunner,
  graphOf,
  nodeOf,
  valueOf,
} from '../../support/graph-runner.js';
import { int8Values } from '../../support/int8-reference.js';
import { seededFloats } from '../../support/seeded.js';

const BYTES = { low: -128, high: 127 };

const compare = async (x: Value, nodes: Node[], data: Float32Array): Promise<ArrayLike<number>> => {
  const runs = await Promise.all([createPlainRunner('simd'), createPartsRunner()]);
  const result = nodes.at(-1)!.output;
  const [found, inParts] = runs.map((run) => run(graphOf([x], nodes, [result]), [data])[0]!);
  assert.equal(inParts, found);
  const expected = int8Values(nodes, new Map([[x, Array.from(data)]])).get(result)!;
  assert.equal(
    Array.from(found!, (value) => value + 0),
    expected.map((value) => value + 0),
  );
  return found!;
};

for (const shape of [[1], [7], [3000], [3, 5], [2, 3, 5], [2, 1, 1, 6]]) {
  test(`products of values of shape ${shape.join('x')}`, async () => {
    const x = valueOf('x', shape);
    const integers = nodeOf(quantize, { scale: 0.5, ...BYTES }, [x]);
    const scales = { aScale: 0.5, bScale: 0.5, scale: 4 };
    const product = nodeOf(mulInt8, { ...scales, ...BYTES }, [integers.output, integers.output]);
    const nodes = [integers, product, nodeOf(dequantize, { scale: 4 }, [product.output])];
    await compare(x, nodes, seededFloats(sizeOf(shape), 3, -40, 40));
  });
}

test('what is not a number becomes the least integer, infinities the bounds', async () => {
  const x = valueOf('x', [1, 2, 2, 3]);
  const integers = nodeOf(quantize, { scale: 1, low: -10, high: 20 }, [x]);
  const numbers = [NaN, Infinity, -Infinity, 3.5, 4.5, -0.5, NaN, 1e30, -1e30, 0, 1, 2];
  const found = await compare(
    x,
    [integers, nodeOf(dequantize, { scale: 1 }, [integers.output])],
    Float32Array.from(numbers),
  );
  assert.equal(Array.from(found).slice(0, 3), [-10, 20, -10]);
});

test('the largest scales', async () => {
  const x = valueOf('x', [4]);
  const [most, least] = [2 ** 40, 2 ** -40];
  const integers = nodeOf(quantize, { scale: 1, ...BYTES }, [x]);
  const product = nodeOf(mulInt8, { aScale: most, bScale: most, scale: least, ...BYTES }, [
    integers.output,
    integers.output,
  ]);
  const nodes = [integers, product, nodeOf(dequantize, { scale: 1 }, [product.output])];
  assert.equal(Array.from(await compare(x, nodes, Float32Array.of(0, 1, -1, 100))), [0, 127, 127, 127]);
});

const convolution = (more: object, bias = 0, weights = [1, 1]) =>
  nodeOf(
    convInt8,
    {
      ...{ kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1, blocks: [] },
      ...{ inputScale: 1, outputScale: 1, ...BYTES, ...more },
    },
    [
      { ...valueOf('q', [1, 2, 2, 2]), type: 'int8' },
      constantOf('w', 'blocks' in more ? [weights.length] : [1, 1, 1, 2], weights),
      constantOf('s', [1], [1]),
      constantOf('b', [1], [bias]),
    ],
  );

test('what would not fit in 32 or 16 bits is refused', () => {
  convolution({}, 2 ** 31 - 128);
  assert.throws(() => convolution({}, 2 ** 31), /the bias of output 0 is 2147483648, which is more than 2\^31 times/);
  assert.throws(() => convolution({ blocks: [{ inputs: [1, 1], outputs: [0] }] }), /a block has an input twice/);
  assert.throws(() => convolution({ inputScale: 2 ** 41 }), /inputScale is .*expected a number from 2\^-40 to 2\^40/);
});

test('windows of padding alone are refused', () => {
  const x: Value = { ...valueOf('q', [1, 2, 2, 2]), type: 'int8' };
  const attrs = { kernel: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1] };
  nodeOf(maxInt8, { ...attrs, dilations: [2, 2] }, [x]);
  assert.throws(() => nodeOf(maxInt8, { ...attrs, dilations: [3, 3] }, [x]), /taps 3 apart may have no pixel of 2/);
});

test.run();
