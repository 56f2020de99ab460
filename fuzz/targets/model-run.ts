// Sections of model files: small networks are planned and run, within their memory.

import { readModel } from '../../src/format/read.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { growMemory, PAGE } from '../../src/kernels/wasm.js';
import { rareOps } from '../../src/ops/rare.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { keptValues } from '../../src/runtime/model.js';
import { bindRun, planRun } from '../../src/runtime/plan.js';
import { packerIn } from '../../src/runtime/packer.js';
import { fillWeights, placeWeights } from '../../src/runtime/weights.js';
import { everyKernel } from '../../test/support/every-kernel.js';
import { expect, type Target } from '../engine/target.js';
import { modelOf, modelSeeds } from '../support/model-sections.js';

/** Larger networks are planned, not run. */
const MAX_BYTES = 2 ** 20;
const MAX_MACS = 1e6;
const MAX_WORK = 1e5;

const memory = embeddedHost.createMemory(PAGE);
const kernels = await everyKernel(embeddedHost, 'simd', memory);

/** What memory holds outside the arena; runs must leave it as it is. */
const outside = (start: number, end: number): Buffer => {
  const bytes = new Uint8Array(memory.buffer);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
};

export const target: Target = {
  seeds: modelSeeds,
  run: (bytes) => {
    const { graph } = readModel(modelOf(bytes), rareOps);
    const kept = keptValues(graph);
    const weights = placeWeights(graph, lowerGraph(graph, kept));
    const plan = planRun(graph, weights, kept);
    const sum = (of: (node: (typeof graph.nodes)[number]) => number): number =>
      graph.nodes.reduce((total, node) => total + of(node), 0);
    if (plan.memory.total > MAX_BYTES || sum((n) => n.op.macs(n.inputs, n.output, n.attrs)) > MAX_MACS) return;
    if (sum((n) => n.op.work(n.inputs, n.output, n.attrs)) > MAX_WORK) return;
    growMemory(memory, plan.memory.total, 'a network that is too large');
    fillWeights(memory, weights, packerIn(kernels, memory, plan.memory));
    const steps = bindRun(kernels, memory, plan);
    const start = plan.memory.weights + plan.memory.tables;
    new Float32Array(memory.buffer, start, plan.memory.arena >> 2).fill(0.5);
    const before = outside(start, plan.memory.total);
    for (const { run } of steps) run();
    expect(before.equals(outside(start, plan.memory.total)), 'a run that wrote outside its memory');
  },
  maxLength: 2048,
  limits: { milliseconds: 300, megabytes: 64 },
};
