// Random networks compute the same before and after all passes.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedKernels } from '../../../src/kernels/embedded.js';
import { atOnce } from '../../../src/next-task.js';
import { createEvaluator } from '../../../src/runtime/evaluate-node.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { concat } from '../../../src/ops/concat.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { reduce } from '../../../src/ops/reduce.js';
import { reshape } from '../../../src/ops/reshape.js';
import { slice } from '../../../src/ops/slice.js';
import { unary } from '../../../src/ops/unary.js';
import type { GraphEditor } from '../../../src/converter/passes/editor.js';
import { optimise, STAGES } from '../../../src/converter/optimise.js';
import { sameShape, sizeOf } from '../../../src/ir/tensor.js';
import { randomIntegers } from '../../support/cases.js';
import { createRunner, valueOf } from '../../support/graph-runner.js';
import { compare } from '../../support/harness.js';
import { Builder, opsOf } from '../../support/network-builder.js';
import { seededFloats } from '../../support/seeded.js';

const random = randomIntegers('optimise');

const pick = <T>(list: readonly T[]): T => list[random(0, list.length - 1)]!;

const divisors = (...sizes: number[]) =>
  [1, 2, 3, 4, 6].filter((divisor) => sizes.every((size) => size % divisor === 0));

const channelsOf = (x: Value) => x.shape[1]!;

/** A layer of [N, C, height, width], or what networks do between layers. */
const STEPS: ((b: Builder, x: Value, values: readonly Value[]) => Value)[] = [
  (b, x) => b.conv(x, pick([4, 6, 8, 12])),
  (b, x) => {
    const outputs = pick([4, 6, 12]);
    return b.conv(x, outputs, { kernel: [1, 1], pads: [0, 0, 0, 0], group: pick(divisors(channelsOf(x), outputs)) });
  },
  (b, x) => b.conv(x, channelsOf(x), { group: channelsOf(x) }),
  (b, x) => {
    const shape = pick([
      [channelsOf(x), 1, 1],
      [1, channelsOf(x), 1, 1],
    ]);
    return b.binary(pick(['add', 'sub']), b.binary('mul', x, b.constant(shape, 0.5, 1.5)), b.constant(shape));
  },
  (b, x) =>
    random(0, 1)
      ? b.binary(pick(['add', 'sub', 'mul']), x, b.constant([]))
      : b.binary(pick(['add', 'sub', 'mul']), b.constant([1]), x),
  (b, x) => b.clip(x, pick([-1, 0]), pick([1, 6, Infinity])),
  (b, x) => b.add(unary, { kind: pick(['sigmoid', 'hardSwish', 'tanh']), alpha: 0, beta: 0 }, x),
  (b, x, values) => {
    const others = values.filter((value) => sameShape(value.shape, x.shape));
    return random(0, 1) ? b.binary('add', x, pick(others)) : b.binary('add', pick(others), x);
  },
  (b, x, values) => {
    const others = values.filter(
      (value) => sameShape(value.shape.slice(2), x.shape.slice(2)) && channelsOf(value) + channelsOf(x) <= 16,
    );
    return others.length ? b.add(concat, { axis: 1 }, x, pick(others)) : x;
  },
  (b, x) => {
    const count = random(1, channelsOf(x));
    return b.add(slice, { axes: [1], starts: [random(0, channelsOf(x) - count)], steps: [1], counts: [count] }, x);
  },
  (b, x) => {
    const indices = Array.from({ length: channelsOf(x) }, (_, i) =>
      random(0, 3) ? (i * 5 + 1) % channelsOf(x) : random(0, channelsOf(x) - 1),
    );
    return b.add(gather, { axis: 1 }, x, {
      ...valueOf('indices', [indices.length], 'int64'),
      data: Int32Array.from(indices),
    });
  },
  (b, x) => {
    const [n, c, height, width] = x.shape as [number, number, number, number];
    const groups = pick(divisors(c));
    const split = b.add(reshape, { shape: [n, groups, c / groups, height, width] }, x);
    return b.add(reshape, { shape: [n, c, height, width] }, b.transpose(split, 0, 2, 1, 3, 4));
  },
  (b, x) => b.transpose(b.clip(b.transpose(x, 0, 3, 1, 2), -2, 2), 0, 2, 3, 1),
  (b, x) => b.pool(x),
  (b, x) => {
    const squeezed = b.conv(b.add(reduce, { kind: 'mean', axes: [2, 3], keep: true }, x), channelsOf(x), {
      kernel: [1, 1],
      pads: [0, 0, 0, 0],
    });
    return b.binary('mul', x, b.add(unary, { kind: 'sigmoid', alpha: 0, beta: 0 }, squeezed));
  },
  (b, x) => b.transpose(x, 0, 1, 3, 2),
];

const randomNetwork = (): Graph => {
  const b = new Builder();
  const values = [b.input(random(1, 2), pick([3, 4, 6]), 4, pick([4, 5]))];
  for (let i = random(2, 14); i > 0; i--) {
    const x = values[Math.max(0, values.length - random(1, 3))]!;
    values.push(pick(STEPS)(b, x, values));
  }
  const outputs = [values.at(-1)!, ...(random(0, 2) ? [] : [pick(values)])];
  return b.graph(...outputs);
};

/** Passes of all stages; those that repeat until nothing changes take up to five rounds, the last of which changes nothing. */
const MAX_PASSES = STAGES.reduce((sum, { passes, untilStable }) => sum + passes.length * (untilStable ? 5 : 1), 0);

const describe = ({ nodes, outputs }: Graph) =>
  [
    ...nodes.map(
      ({ op, inputs, output, attrs }) =>
        `${output.name} [${output.shape}] = ${op.name}(${inputs.map(({ name, shape }) => `${name} [${shape}]`)}) ${JSON.stringify(attrs)}`,
    ),
    outputs.map(({ name }) => name),
  ].join('\n');

test('200 random networks give the same before and after all passes', async () => {
  const [run, evaluate] = [await createRunner('simd'), await createEvaluator(embeddedKernels)];
  const left = { before: 0, after: 0 };
  for (let i = 0; i < 200; i++) {
    const graph = randomNetwork();
    const data = graph.inputs.map(({ shape }) => seededFloats(sizeOf(shape), i, -1, 1));
    const expected = run(graph, data);
    let passes = 0;
    const check = (editor: GraphEditor) => (editor.verify(), passes++);
    const changed = atOnce(optimise(graph, evaluate, { afterPass: check })).graph;
    assert.ok(passes <= MAX_PASSES, `${passes} passes until ${describe(graph)} is stable`);
    const most = expected.map((values) => Array.from(values).reduce((max, v) => Math.max(max, Math.abs(v)), 1));
    const found = run(changed, data);
    changed.outputs.forEach(({ name, value }, k) => {
      assert.is(name, graph.outputs[k]!.name);
      assert.equal([...value.shape], [...graph.outputs[k]!.value.shape]);
      compare(
        found[k]!,
        expected[k]!,
        { absolute: 1e-4 * most[k]!, relative: 1e-4 },
        `${i}: ${describe(graph)}\nbecame\n${describe(changed)}\n`,
      );
    });
    left.before += opsOf(graph).filter((name) => name === 'transpose').length;
    left.after += opsOf(changed).filter((name) => name === 'transpose').length;
  }
  assert.ok(left.after < left.before / 2, `${left.after} of ${left.before} transposes are left`);
});

test.run();
