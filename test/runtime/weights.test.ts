// Constants in memory: packed weights, and constants that ops read themselves.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineError } from '../../src/errors.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { createMemory } from '../../src/kernels/wasm.js';
import { matmul } from '../../src/ops/matmul.js';
import { deadline, DEFAULT_LIMITS } from '../../src/runtime/limits.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { packerIn } from '../../src/runtime/packer.js';
import { planRun } from '../../src/runtime/plan.js';
import { fillWeights, placeWeights } from '../../src/runtime/weights.js';
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

test('the limit on the time of loading holds while weights are written', async () => {
  const w = constantOf('w', [2, 2], [1, 2, 3, 4]);
  const product = nodeOf(matmul, { low: -Infinity, high: Infinity }, [w, w], 'product');
  const graph = graphOf([], [product], [product.output]);
  const weights = placeWeights(graph, lowerGraph(graph));
  const check = deadline({ ...DEFAULT_LIMITS, loadMilliseconds: 1e-9 });
  const { memory: use } = planRun(graph, weights, []);
  const memory = createMemory(use.total);
  const kernels = await embeddedHost.instantiate('simd', memory);
  assert.throws(
    () => fillWeights(memory, weights, packerIn(kernels, memory, use), check),
    (error: Error) => error instanceof EngineError && /takes too long; .*limits\.loadMilliseconds/.test(error.message),
  );
});

test.run();
