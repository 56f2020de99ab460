// Constants in memory: packed weights, and constants that ops read themselves.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { matmul } from '../../src/ops/matmul.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf } from '../support/graph-runner.js';

test('a constant may be the weights of a layer and also what the layer works on', async () => {
  const w = constantOf('w', [2, 2], [1, 2, 3, 4]);
  const product = nodeOf(matmul, { low: -Infinity, high: Infinity }, [w, w], 'product');
  for (const build of BUILDS) {
    const run = await createRunner(build);
    const [y] = run(graphOf([], [product], [product.output]), []);
    assert.equal([...y!], [7, 10, 15, 22], build);
  }
});

test.run();
