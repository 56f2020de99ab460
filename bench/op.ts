// Times one op with several builds of the kernels, which take turns:
// node build/bench/op.js OP ATTRIBUTES SHAPES kernels.wasm ...

import { readFile } from 'node:fs/promises';
import type { Graph } from '../src/ir/graph.js';
import type { AnyOp } from '../src/ir/op.js';
import type { Attrs } from '../src/ir/schema.js';
import { sizeOf } from '../src/ir/tensor.js';
import type { Value } from '../src/ir/value.js';
import { createMemory, instantiateKernels, instantiateOn } from '../src/kernels/wasm.js';
import { ops } from '../src/ops/index.js';
import { rareOps } from '../src/ops/rare.js';
import { lowerGraph } from '../src/runtime/lowering.js';
import { bindRun, planRun } from '../src/runtime/plan.js';
import { packerIn } from '../src/runtime/packer.js';
import { fillWeights, placeWeights } from '../src/runtime/weights.js';
import { seededFloats } from '../test/support/seeded.js';
import { conditions, takeTurns } from './interleave.js';

const USAGE = `usage: node build/bench/op.js OP ATTRIBUTES SHAPES kernels.wasm ...

OP          its name in docs/model-file.md
ATTRIBUTES  all of them, as JSON; 1e999 is infinite
SHAPES      of its inputs, which are random floats: 56x56x144,144
kernels     the first is what the others are compared with; for kernels in two files, simd.wasm+gated.wasm`;

/** Milliseconds that the runs of one measurement take together, so that the clock is precise enough. */
const MEASUREMENT = 2;

/** Inputs of random floats; those that the op declares as constants are its weights. */
const inputsOf = (op: AnyOp, shapes: string): Value[] => {
  const kinds = Object.values(op.inputs);
  return shapes.split(',').map((text, i) => {
    const shape = text.split('x').map(Number);
    const isConstant = kinds[i]?.startsWith('constant');
    return {
      name: `x${i}`,
      shape,
      type: 'float32',
      ...(isConstant && { data: seededFloats(sizeOf(shape), i, -1, 1) }),
    };
  });
};

const graphOf = (op: AnyOp, attrs: Attrs, inputs: Value[]): Graph => {
  const output: Value = { name: 'y', shape: op.shape(inputs, attrs), type: op.type(inputs, attrs) };
  return {
    inputs: inputs.filter(({ data }) => !data),
    outputs: [{ name: 'y', value: output }],
    nodes: [{ name: 'node', op, attrs, inputs, output }],
    dynamicBatch: false,
  };
};

/** Prepares a graph for a build. @returns a function that runs it once; its inputs stay as they are */
const prepare = async (graph: Graph, files: string): Promise<() => void> => {
  const weights = placeWeights(graph, lowerGraph(graph));
  const plan = planRun(graph, weights, graph.inputs);
  const memory = createMemory(plan.memory.total);
  const modules = files.split('+').map(async (file) => WebAssembly.compile(await readFile(file)));
  const [own, ...more] = await Promise.all(modules);
  const kernels = await instantiateKernels(own!, memory);
  for (const module of more) Object.assign(kernels, await instantiateOn<object>(module, memory), { memory });
  for (const { op } of graph.nodes) {
    const { name, kernel } = op.kernels ?? {};
    if (kernel && !(kernel in kernels)) throw new Error(`${op.name} has kernels of its own: ${files}+${name}.wasm`);
  }
  fillWeights(memory, weights, packerIn(kernels, memory, plan.memory));
  graph.inputs.forEach((value, i) => {
    const length = sizeOf(value.shape);
    new Float32Array(memory.buffer, plan.address(value), length).set(seededFloats(length, 50 + i, -1, 1));
  });
  const steps = bindRun(kernels, memory, plan);
  return () => steps.forEach(({ run }) => run());
};

/** How many runs take about `MEASUREMENT` milliseconds. */
const repeatsOf = (run: () => void): number => {
  let runs = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    if (performance.now() - start >= MEASUREMENT) return runs;
    runs *= 2;
  }
};

const [name, attributes, shapes, ...files] = process.argv.slice(2);
const op = [...ops, ...rareOps].find((known) => known.name === name);
if (!op || !attributes || !shapes || !files.length) {
  console.error(USAGE);
  process.exit(2);
}
const graph = graphOf(op, JSON.parse(attributes) as Attrs, inputsOf(op, shapes));
const runs = await Promise.all(files.map((file) => prepare(graph, file)));
const repeats = Math.max(...runs.map(repeatsOf));
const timings = takeTurns(
  runs.map((run) => () => {
    for (let i = 0; i < repeats; i++) run();
  }),
);
console.log(`${conditions()}\n\n| kernels | fastest us | median us | times as fast as the first |\n|---|---|---|---|`);
files.forEach((file, i) => {
  const { fastest, median } = timings[i]!;
  const perRun = (milliseconds: number) => ((milliseconds * 1000) / repeats).toFixed(2);
  console.log(`| ${file} | ${perRun(fastest)} | ${perRun(median)} | ${(timings[0]!.fastest / fastest).toFixed(2)} |`);
});
