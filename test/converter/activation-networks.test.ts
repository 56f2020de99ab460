// Networks in the spellings of their exporters: each activation becomes one node, or part of a layer, and results stay.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readOnnx } from '../../src/converter/onnx/read.js';
import { parseOnnx } from '../../src/converter/onnx/protobuf.js';
import type { Graph } from '../../src/ir/graph.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { atOnce } from '../../src/next-task.js';
import { binary } from '../../src/ops/binary.js';
import { clip } from '../../src/ops/clip.js';
import { unary } from '../../src/ops/unary.js';
import * as networks from '../support/activation-nets.js';
import { createRunner } from '../support/graph-runner.js';
import { compare } from '../support/harness.js';
import { writeOnnx, type ModelSpec } from '../support/onnx/write.js';
import { all, evaluator } from '../support/rewriting.js';
import { seededFloats } from '../support/seeded.js';

const graphOf = async (spec: ModelSpec): Promise<Graph> =>
  atOnce(readOnnx(parseOnnx(writeOnnx(spec)), { batch: 1, evaluate: await evaluator }));

/** How many nodes of each kind work element by element. */
const elementwiseOf = ({ nodes }: Graph): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { op, attrs } of nodes) {
    if (op !== unary && op !== binary && op !== clip) continue;
    const kind = op === clip ? 'clip' : (attrs.kind as string);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** The elementwise nodes that remain: activations of one node, products with gates, and sums that no layer can take. */
const NETWORKS: readonly {
  name: string;
  spec: (options: networks.Size) => ModelSpec;
  size: number;
  left: Record<string, number>;
}[] = [
  { name: 'MobileNetV3-Large', spec: networks.mobilenetv3, size: 64, left: { hardSwish: 21, mul: 8 } },
  { name: 'EfficientNet-B0', spec: networks.efficientnet, size: 64, left: { swish: 49, sigmoid: 16, mul: 16 } },
  { name: 'YOLOv8n', spec: networks.yolov8n, size: 64, left: { swish: 57, add: 6, sigmoid: 3 } },
  { name: 'YOLOX-Nano', spec: networks.yoloxNano, size: 64, left: { swish: 104, add: 7, sigmoid: 6 } },
  {
    name: 'a text detector',
    spec: networks.textDetector,
    size: 64,
    left: { hardSwish: 20, mul: 16, add: 11, sigmoid: 1 },
  },
];

for (const { name, spec, size, left } of NETWORKS)
  for (const spelling of ['op', 'arithmetic'] as const)
    test(`${name}, activations as ${spelling}`, async () => {
      const graph = await graphOf(spec({ size, width: 0.5, spelling }));
      const changed = all(graph, await evaluator);
      assert.equal(elementwiseOf(changed), left);
      const run = await createRunner('simd');
      const data = graph.inputs.map(({ shape }) => seededFloats(sizeOf(shape), 5, -1, 1));
      const expected = run(graph, data, { fused: false });
      run(changed, data).forEach((found, i) => {
        const largest = Array.from(expected[i]!).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        assert.ok(largest > 1e-3, `output ${i} has numbers to compare`);
        compare(found, expected[i]!, { absolute: 2e-5 * largest, relative: 0 }, `output ${i}`);
      });
    });

test.run();
