// Matrices that add outputs of a convolution up go into its weights; those that would add weights stay.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foldProducts } from '../../../src/converter/passes/fold-products.js';
import type { Value } from '../../../src/ir/value.js';
import { matmul } from '../../../src/ops/matmul.js';
import { reshape } from '../../../src/ops/reshape.js';
import { randomIntegers } from '../../support/cases.js';
import { constantOf, valueOf } from '../../support/graph-runner.js';
import { opsOf, type Builder } from '../../support/network-builder.js';
import { after, all, by, leaves } from '../../support/rewriting.js';

const folded = by(foldProducts);
const FREE = { low: -Infinity, high: Infinity };

/** A matrix [6, columns] with `factor` at the column given for each row; -1 leaves a row of zeros. */
const matrix = (columns: number, places: readonly number[], factor = 1): Value =>
  constantOf(
    'matrix',
    [6, columns],
    places.flatMap((place) => Array.from({ length: columns }, (_, column) => (column === place ? factor : 0))),
  );

const sums = matrix(6, [2, 0, 2, -1, 5, 2]);

const layer = (b: Builder): Value => b.convLast(b.input(1, 4, 5, 3), 6, { group: 3 });

const flat = (b: Builder, x: Value): Value => b.add(reshape, { shape: [0, -1, x.shape.at(-1)!] }, x);

const times = (b: Builder, x: Value, ...rest: Value[]): Value => b.add(matmul, FREE, x, ...rest);

leaves('outputs that are added up', folded, ['conv'], (b) => b.graph(times(b, layer(b), sums)));
leaves('pixels that are one axis', folded, ['conv', 'reshape'], (b) => b.graph(times(b, flat(b, layer(b)), sums)));
leaves('more columns, factors, a bias and bounds', folded, ['conv', 'reshape'], (b) => {
  const wide = matrix(9, [2, 0, 8, -1, 5, 2], -0.5);
  return b.graph(b.add(matmul, { low: -0.25, high: 0.5 }, flat(b, layer(b)), wide, b.constant([9])));
});
leaves('fewer columns after blocks', all, ['conv', 'conv'], (b) => {
  const x = b.convLast(b.input(1, 4, 5, 4), 6, { group: 2 });
  return b.graph(b.convLast(times(b, x, matrix(2, [1, 0, 1, 1, 0, 0])), 3));
});

const KEPT = ['conv', 'matmul'];
leaves('not if a row has two numbers', folded, KEPT, (b) => {
  const data = sums.data!.slice();
  data[3] = 1e-30;
  return b.graph(times(b, layer(b), { ...sums, data }));
});
leaves('not if the numbers are known only in a run', folded, ['conv', 'matmul'], (b) =>
  b.graph(times(b, layer(b), b.input(6, 6))),
);
leaves('not if the matrix comes first', folded, KEPT, (b) => {
  const x = b.convLast(b.input(1, 6, 6, 3), 6);
  return b.graph(times(b, sums, x));
});
leaves('not after bounds', folded, KEPT, (b) =>
  b.graph(times(b, b.convLast(b.input(1, 4, 5, 3), 6, { low: 0 }), sums)),
);
leaves('not after a clip', folded, ['conv', 'clip', 'matmul'], (b) => b.graph(times(b, b.clip(layer(b), 0, 1), sums)));
leaves('not after depthwise filters', folded, KEPT, (b) =>
  b.graph(times(b, b.convLast(b.input(1, 4, 5, 6), 6, { group: 6 }), sums)),
);
leaves('not if something else reads the layer', folded, [...KEPT, 'clip'], (b) => {
  const x = layer(b);
  return b.graph(times(b, x, sums), b.clip(x, 0, 1));
});
leaves('not if the network returns the layer', folded, KEPT, (b) => {
  const x = layer(b);
  return b.graph(times(b, x, sums), x);
});
leaves('not if channels are joined with pixels', folded, ['conv', 'reshape', 'matmul'], (b) => {
  const x = b.convLast(b.input(1, 2, 3, 3), 4);
  return b.graph(times(b, b.add(reshape, { shape: [1, 4, 6] }, x), sums));
});
leaves('not if the layer adds a residual', folded, ['conv', 'conv', 'matmul'], (b) => {
  const x = layer(b);
  const y = b.convLast(b.inputs[0]!, 6);
  b.nodes.at(-1)!.inputs.push(x);
  return b.graph(times(b, y, sums));
});

const random = randomIntegers('fold products');

test('60 random layers and matrices', async () => {
  let left = 0;
  for (let i = 0; i < 60; i++) {
    const columns = random(1, 9);
    const places = Array.from({ length: 6 }, () => random(-1, columns - 1));
    const own = matrix(columns, places, random(1, 2) - 0.5);
    if (!random(0, 3)) own.data![random(0, own.data!.length - 1)]! += 0.25;
    const graph = await after(random(0, 1) ? folded : all, (b) => {
      const x = b.convLast(b.input(random(1, 2), 3, 4, 6), 6, {
        group: [1, 2, 3, 6][random(0, 3)]!,
        low: random(0, 4) ? -Infinity : 0,
      });
      const read = random(0, 1) ? flat(b, x) : x;
      const y = times(b, read, { ...valueOf('m', own.shape), data: own.data! });
      return b.graph(y, ...(random(0, 4) ? [] : [x]));
    });
    left += Number(opsOf(graph).includes('matmul'));
  }
  assert.ok(left > 10 && left < 50, `${left} products are left`);
});

test.run();
