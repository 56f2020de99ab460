// Tests that rewrites of small graphs keep the outputs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GraphEditor } from '../../src/converter/passes/editor.js';
import { optimise, type Pass } from '../../src/converter/optimise.js';
import type { Graph } from '../../src/ir/graph.js';
import { sizeOf } from '../../src/ir/tensor.js';
import type { ConstantData } from '../../src/ir/value.js';
import { embeddedKernels } from '../../src/kernels/embedded.js';
import { atOnce } from '../../src/next-task.js';
import { createEvaluator, type Evaluate } from '../../src/runtime/evaluate-node.js';
import { createRunner } from './graph-runner.js';
import { compare } from './harness.js';
import { Builder, opsOf } from './network-builder.js';
import { seededFloats } from './seeded.js';

/** Computes nodes of constants. */
export const evaluator = createEvaluator(embeddedKernels);
const runner = createRunner('simd');

/** What changes a graph and keeps its results. */
export type Rewrite = (graph: Graph, evaluate: Evaluate) => Graph;

/** A rewrite by passes alone, whose graph is checked after each. */
export const by =
  (...passes: Pass[]): Rewrite =>
  (graph, evaluate) => {
    const editor = new GraphEditor(graph);
    for (const pass of passes) {
      pass(editor, evaluate);
      editor.verify();
    }
    return editor.graph;
  };

/** All stages. */
export const all: Rewrite = (graph, evaluate) =>
  atOnce(optimise(graph, evaluate, { afterPass: (editor) => editor.verify() })).graph;

/** Rewrites what `build` returns and checks that the outputs stay the same. @returns the new graph */
export const after = async (rewrite: Rewrite, build: (b: Builder) => Graph): Promise<Graph> => {
  const graph = build(new Builder());
  const run = await runner;
  const data: ConstantData[] = graph.inputs.map(({ shape }, i) => seededFloats(sizeOf(shape), i + 50, -1, 1));
  const expected = run(graph, data);
  const changed = rewrite(graph, await evaluator);
  const shapes = (own: Graph) => own.outputs.map(({ name, value }) => [name, value.shape]);
  assert.equal(shapes(changed), shapes(graph));
  run(changed, data).forEach((found, i) =>
    compare(found, expected[i]!, { absolute: 1e-4, relative: 1e-4 }, `output ${i}`),
  );
  return changed;
};

/** A test that a rewrite leaves exactly these ops. */
export const leaves = (
  name: string,
  rewrite: Rewrite,
  expected: string[],
  build: (b: Builder) => Graph,
  check?: (graph: Graph) => void,
): void =>
  test(name, async () => {
    const graph = await after(rewrite, build);
    assert.equal(opsOf(graph), expected);
    check?.(graph);
  });
