// `PYTHON=python3 node build/fuzz/differential/graphs.js [--count N] [--seed N]`: random networks, converted and run, against
// ONNX Runtime. PYTHON needs the package onnxruntime.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { convertOnnx } from '../../src/convert.js';
import { GroupwiseError } from '../../src/errors.js';
import { sizeOf, type Tensor } from '../../src/ir/tensor.js';
import { loadModel } from '../../src/node.js';
import { randomGraph, type RandomGraph } from './random-graph.js';

const BATCH = 500;
const FOLDER = 'build/differential';
const { PYTHON = 'python3' } = process.env;

/** An output of ONNX Runtime, and how much it changes when the inputs change by a millionth. */
type Reference = { shape: number[]; change: number; data: Float32Array };

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The outputs of ONNX Runtime; none for a network that it refuses. */
const references = (graphs: readonly RandomGraph[]): Reference[][] => {
  const [networks, results] = [`${FOLDER}/networks.bin`, `${FOLDER}/results.bin`];
  const parts = graphs.flatMap(({ onnx, inputs }) => {
    const arrays = Object.values(inputs).map(({ data }) => data);
    const count = arrays.reduce((sum, { length }) => sum + length, 0);
    return [bytesOf(Uint32Array.of(onnx.length, count)), onnx, ...arrays.map(bytesOf)];
  });
  writeFileSync(networks, Buffer.concat(parts));
  const { status, stderr } = spawnSync(PYTHON, ['fuzz/differential/graphs.py', networks, results], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${PYTHON} failed: ${stderr}`);
  return parse(readFileSync(results), graphs.length);
};

const parse = (bytes: Buffer, count: number): Reference[][] => {
  let at = 0;
  const word = (): number => bytes.readUInt32LE((at += 4) - 4);
  const output = (): Reference => {
    const shape = Array.from({ length: word() }, word);
    const change = bytes.readFloatLE((at += 4) - 4);
    const data = new Float32Array(sizeOf(shape));
    bytesOf(data).set(bytes.subarray(at, (at += data.byteLength)));
    return { shape, change, data };
  };
  return Array.from({ length: count }, () => Array.from({ length: word() }, output));
};

/** Error that rounding explains, by the size of the largest element, and in multiples of the change of the output. */
const ROUNDING = 2e-5;
const CHANGES = 30;

/** How an output differs from the reference; undefined if by no more than rounding explains. */
const difference = (
  { data, shape }: Tensor,
  { shape: expected, change, data: reference }: Reference,
): string | undefined => {
  if (shape.join('x') !== expected.join('x')) return `shape ${shape.join('x')}, not ${expected.join('x')}`;
  const sizes = reference.filter(Number.isFinite).map(Math.abs);
  const allowed =
    ROUNDING *
      Math.max(
        1,
        sizes.reduce((a, b) => Math.max(a, b), 0),
      ) +
    CHANGES * change;
  const wrong = reference.findIndex((value, i) => {
    const own = Number(data[i]);
    return !Object.is(own, value) && !(Math.abs(own - value) <= allowed) && own !== value;
  });
  if (wrong < 0 || Number.isNaN(change)) return undefined;
  return `element ${wrong} is ${data[wrong]}, not ${reference[wrong]} (allowed: ${allowed.toPrecision(2)})`;
};

const run = async ({ onnx, inputs }: RandomGraph): Promise<Tensor[]> => {
  using model = await loadModel(await convertOnnx(onnx), { deterministic: true });
  return Object.values(model.run(inputs));
};

/** What became of the networks. */
class Tally {
  private readonly outcomes = { equal: 0, wrong: 0, refusedHere: 0, refusedByOnnxRuntime: 0 };
  private readonly ops = new Map<string, number>();
  private readonly refusals = new Map<string, number>();

  /** Whether no network had a wrong result. */
  get isGood(): boolean {
    return this.outcomes.wrong === 0 && this.outcomes.equal > 0;
  }

  /** Compares the results of a network. */
  async check(seed: number, graph: RandomGraph, expected: readonly Reference[]): Promise<void> {
    if (!expected.length) {
      this.outcomes.refusedByOnnxRuntime++;
      return;
    }
    try {
      const outputs = await run(graph);
      const [problem] = expected.flatMap((reference, i) => difference(outputs[i]!, reference) ?? []);
      if (problem !== undefined) this.report(seed, graph, problem);
      else this.outcomes.equal++;
      for (const op of graph.ops) this.ops.set(op, (this.ops.get(op) ?? 0) + 1);
    } catch (error) {
      if (error instanceof GroupwiseError) this.refuse(error);
      else this.report(seed, graph, String((error as Error).stack));
    }
  }

  private report(seed: number, { onnx, ops }: RandomGraph, problem: string): void {
    this.outcomes.wrong++;
    writeFileSync(`${FOLDER}/wrong-${seed}.onnx`, onnx);
    console.log(`WRONG  seed ${seed}: ${problem}\n  ${ops.join(' ')}`);
  }

  private refuse({ message }: GroupwiseError): void {
    this.outcomes.refusedHere++;
    const reason = message.replace(/\w+_\d+|'[^']*'|\d+/g, '#').split('\n')[0]!;
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  /** What is printed at the end. */
  toString(): string {
    const sorted = (counts: Map<string, number>): string[] =>
      [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${count} ${name}`);
    const refused = sorted(this.refusals).map((line) => `refused here: ${line}\n`);
    return `operators: ${sorted(this.ops).join(', ')}\n${refused.join('')}${JSON.stringify(this.outcomes)}`;
  }
}

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '0' } },
});
mkdirSync(FOLDER, { recursive: true });
const tally = new Tally();
const [first, count] = [Number(values.seed), Number(values.count)];
for (let start = first; start < first + count; start += BATCH) {
  const seeds = Array.from({ length: Math.min(BATCH, first + count - start) }, (_, i) => start + i);
  const graphs = seeds.map(randomGraph);
  const expected = references(graphs);
  for (const [i, graph] of graphs.entries()) await tally.check(seeds[i]!, graph, expected[i]!);
}
console.log(String(tally));
process.exitCode = tally.isGood ? 0 : 1;
