// Chains of layers in bands of rows compute the same as their separate layers. SEED=n repeats a run.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinRowBands } from '../../src/runtime/row-bands.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { planLayers } from '../../src/runtime/plan.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { Value } from '../../src/ir/value.js';
import { conv } from '../../src/ops/conv/conv.js';
import { transpose } from '../../src/ops/transpose.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { randomIntegers } from '../support/cases.js';
import { constantOf, createPlainRunner, createRunner, nodeOf, valueOf, BUILDS } from '../support/graph-runner.js';
import { distance } from '../support/networks.js';
import { seededFloats } from '../support/seeded.js';

const integer = randomIntegers('chains');
const pick = <T>(list: readonly T[]): T => list[integer(0, list.length - 1)]!;
let seed = 1;

const weights = (shape: readonly number[]): Value =>
  constantOf('w', shape, seededFloats(sizeOf(shape), seed++, -0.3, 0.3));

type Window = { kernel: number[]; strides: number[]; dilations: number[]; pads: number[] };

/** Mostly a window of 3x3 with the same step and a border of 0 or 1, as chains have it; sometimes another. */
const randomWindow = (axes: number): Window => {
  const isOdd = integer(0, 9) === 0;
  const kernel = Array.from({ length: axes }, () => (isOdd ? pick([1, 3, 5]) : 3));
  const step = integer(1, 2);
  const dilations = kernel.map(() => (isOdd ? integer(1, 2) : 1));
  return { kernel, strides: kernel.map(() => step), dilations, pads: [...kernel, ...kernel].map(() => integer(0, 1)) };
};

const convolution = (x: Value, window: Window, group: number, outputs: number, addend?: Value): Node => {
  const channels = x.shape.at(-1)!;
  const inputs = [
    x,
    weights([outputs, ...window.kernel, channels / group]),
    weights([outputs]),
    ...(addend ? [addend] : []),
  ];
  return nodeOf(
    conv,
    { ...window, group, blocks: [], low: pick([0, -Infinity]), high: pick([6, Infinity, 0.5]) },
    inputs,
  );
};

const POINT = (axes: number): Window => ({
  kernel: new Array<number>(axes).fill(1),
  strides: new Array<number>(axes).fill(1),
  dilations: new Array<number>(axes).fill(1),
  pads: new Array<number>(2 * axes).fill(0),
});

const layer = (x: Value): Node => {
  const channels = x.shape.at(-1)!,
    axes = x.shape.length - 2;
  const kind = pick(['dense', 'depthwise', 'depthwise', 'depthwise', 'point', 'point', 'point']);
  if (kind === 'point' || x.shape.slice(1, -1).some((size) => size < 10))
    return convolution(x, POINT(axes), 1, pick([16, 24, 33]));
  return convolution(x, randomWindow(axes), kind === 'dense' ? 1 : channels, kind === 'dense' ? 16 : channels);
};

/** Layers over a large image, the last of them perhaps with a sum, and channels first at the end. */
const randomGraph = (): Graph => {
  const shape = pick([
    [1, 130, 128, 16],
    [2, 131, 140, 16],
    [1, 400, 90, 8],
    [1, 40000, 8],
    [1, 9, 300, 128],
  ]);
  const x = valueOf('x', shape);
  const nodes: Node[] = [];
  for (let count = integer(2, 5); count > 0; count--) {
    const from = nodes.at(-1)?.output ?? x;
    nodes.push(layer(from));
  }
  const last = nodes.at(-1)!.output;
  if (pick([true, false])) nodes.push(convolution(last, POINT(shape.length - 2), 1, last.shape.at(-1)!, last));
  const axes = [...shape.keys()];
  if (pick([true, false]))
    nodes.push(nodeOf(transpose, { perm: [0, axes.length - 1, ...axes.slice(1, -1)] }, [nodes.at(-1)!.output]));
  return { inputs: [x], nodes, outputs: [{ name: 'y', value: nodes.at(-1)!.output }], dynamicBatch: false };
};

const test = suite('chains');

const unitsOf = (graph: Graph) => joinRowBands(planLayers(graph, lowerGraph(graph)), graph, []);

for (const build of BUILDS) {
  test(`random chains compute the same as their layers (${build})`, async () => {
    const [run, runAlone] = [await createRunner(build), await createPlainRunner(build)];
    let chained = 0;
    for (let i = 0; i < 40; i++) {
      const graph = randomGraph();
      chained += unitsOf(graph).filter(({ members }) => members.length > 1).length;
      const input = [seededFloats(sizeOf(graph.inputs[0]!.shape), i, -1, 1)];
      const [expected] = runAlone(graph, input, { fused: false });
      const [found] = run(graph, input);
      const shapes = graph.nodes
        .map(({ attrs, output }) => `${JSON.stringify(attrs)} -> ${output.shape.join()}`)
        .join('; ');
      assert.ok(distance(found!, expected!) <= 1e-5, `${graph.inputs[0]!.shape.join()}: ${shapes}`);
    }
    console.log(`measured: ${chained} chains of 40 random networks`);
    assert.ok(chained > 3);
  });
}

test('a million short rows are planned quickly', async () => {
  const x = valueOf('x', [1, 2 ** 20, 4]);
  const first = convolution(x, POINT(1), 1, 4);
  const second = convolution(first.output, POINT(1), 1, 4);
  const graph: Graph = {
    inputs: [x],
    nodes: [first, second],
    outputs: [{ name: 'y', value: second.output }],
    dynamicBatch: false,
  };
  const start = process.cpuUsage();
  assert.is(unitsOf(graph).length, 1);
  (await createRunner('simd'))(graph, [new Float32Array(2 ** 22)]);
  assert.ok(process.cpuUsage(start).user < 5e6, `${process.cpuUsage(start).user / 1e6} s`);
});

test.run();
