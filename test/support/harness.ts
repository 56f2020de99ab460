// Runs one op on both builds of the kernels and compares it with a reference.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedHost } from '../../src/kernels/embedded.js';
import type { Graph } from '../../src/ir/graph.js';
import type { ConstantData, Value } from '../../src/ir/value.js';
import type { AnyOp, Op } from '../../src/ir/op.js';
import type { Attrs, AttrsOf, Schema } from '../../src/ir/schema.js';
import { lowerGraph } from '../../src/runtime/lowering.js';
import { packerIn } from '../../src/runtime/packer.js';
import { bindRun, planRun } from '../../src/runtime/plan.js';
import { fillWeights, placeWeights } from '../../src/runtime/weights.js';
import { showShape, sizeOf, type DataType } from '../../src/ir/tensor.js';
import { hasRelaxedSimd, type Build, type Host } from '../../src/kernels/wasm.js';
import { everyKernel } from './every-kernel.js';
import { seededFloats } from './seeded.js';
import { assertTwins, twinsOf } from './twins.js';

/** An input of a case: random floats from `low` to `high` (default -1 to 1) unless `data` is given. */
export type CaseInput = {
  shape: readonly number[];
  type?: DataType;
  data?: ArrayLike<number>;
  /** Whether it is a constant of the network. */
  constant?: boolean;
  low?: number;
  high?: number;
};

/** One case of an op. */
export type Case<A> = { attrs: A; inputs: readonly CaseInput[] };

/** Computes the expected output. */
export type Reference<A> = (
  inputs: { shape: readonly number[]; data: ConstantData }[],
  attrs: A,
  outputShape: readonly number[],
) => ArrayLike<number>;

/** Maximum allowed difference: `absolute + relative * |expected|`. */
export type Tolerance = { absolute?: number; relative?: number };

const POISON = 0x7fc0dead; // a NaN that can be recognised

const BUILDS: readonly Build[] = hasRelaxedSimd() ? ['simd', 'relaxed'] : ['simd'];

/**
 * Registers a test for each case. It runs on every build, with the output in its own buffer and, if the op allows it,
 * in place. Memory is full of NaN, and only the output and the scratch may change.
 */
export const checkOp = <S extends Schema>(
  op: Op<S>,
  reference: Reference<AttrsOf<S>>,
  cases: readonly Case<AttrsOf<S>>[],
  tolerance: Tolerance = {},
): void => {
  cases.forEach(({ attrs, inputs }, index) => {
    const shapes = inputs.map(({ shape }) => showShape(shape)).join(' ');
    test(`${op.name} ${shapes} ${JSON.stringify(attrs).slice(0, 120)}`, async () => {
      const values = inputs.map((input, i) => makeValue(input, `x${i}`, index * 16 + i));
      const shape = op.shape(values, attrs);
      const type = op.type(values, attrs);
      const output: Value = { name: 'y', shape: [...shape], type };
      const expected = reference(
        values.map(({ shape: own, data }) => ({ shape: own, data: data! })),
        attrs,
        shape,
      );
      assert.is(expected.length, sizeOf(shape), 'size of the reference');
      for (const build of BUILDS) {
        for (const inPlace of [false, true]) {
          const run = (host: Host, name: Build) => runOp(op, attrs, values, inputs, output, host, name, inPlace);
          const found = await run(embeddedHost, build);
          compare(found, expected, tolerance, `${build}${inPlace ? ', in place' : ''}`);
          for (const twin of twinsOf(build)) assertTwins(await run(...twin), found);
        }
      }
    });
  });
};

const makeValue = (
  { shape, type = 'float32', data, low = -1, high = 1 }: CaseInput,
  name: string,
  seed: number,
): Value => {
  const count = sizeOf(shape);
  const numbers = data ?? seededFloats(count, seed, low, high);
  return {
    name,
    shape,
    type,
    data: type === 'float32' ? Float32Array.from(numbers) : Int32Array.from(numbers, Math.floor),
  };
};

const runOp = async (
  op: AnyOp,
  attrs: Attrs,
  values: readonly Value[],
  cases: readonly CaseInput[],
  output: Value,
  host: Host,
  build: Build,
  inPlace: boolean,
): Promise<ConstantData> => {
  const inputs = values.map((value, i) => (cases[i]!.constant ? value : { ...value, data: undefined }));
  const node = { name: 'node', op, attrs, inputs, output };
  const moving = inputs.filter(({ data }) => !data);
  const graph: Graph = { inputs: moving, nodes: [node], outputs: [{ name: 'y', value: output }], dynamicBatch: false };
  const weights = placeWeights(graph, lowerGraph(graph));
  const plan = planRun(graph, weights, inPlace ? [] : moving);
  const memory = host.createMemory(plan.memory.total + 64);
  const words = new Int32Array(memory.buffer);
  words.fill(POISON, 16);
  const kernels = await everyKernel(host, build, memory);
  fillWeights(memory, weights, packerIn(kernels, memory, plan.memory));
  const steps = bindRun(kernels, memory, plan);
  inputs.forEach((value, i) => {
    if (!value.data) write(memory, plan.address(value), values[i]!.data!);
  });
  const before = words.slice();
  for (const { run } of steps) run();
  const address = plan.address(output);
  checkUntouched(before, words, [
    [address, sizeOf(output.shape) * 4],
    ...(plan.units[0]!.plan.scratch?.map((scratch) => [plan.address(scratch), scratch.bytes] as const) ?? []),
  ]);
  const view = output.type === 'float32' ? Float32Array : Int32Array;
  return new view(memory.buffer, address, sizeOf(output.shape)).slice();
};

const write = (memory: WebAssembly.Memory, address: number, data: ConstantData): void => {
  if (data instanceof Float32Array) new Float32Array(memory.buffer, address, data.length).set(data);
  else new Int32Array(memory.buffer, address, data.length).set(data);
};

const checkUntouched = (
  before: Int32Array,
  after: Int32Array,
  ranges: readonly (readonly [number, number])[],
): void => {
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) continue;
    const inside = ranges.some(([address, bytes]) => i * 4 >= address && i * 4 < address + bytes);
    if (!inside)
      assert.unreachable(
        `word ${i} changed outside the output ${ranges.map(([a, n]) => `${a / 4}+${n / 4}`).join(', ')}`,
      );
  }
};

/** Compares arrays; NaN equals NaN. */
export const compare = (
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 1e-5, relative = 1e-5 }: Tolerance,
  what: string,
): void => {
  assert.is(found.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    const same =
      a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= absolute + relative * Math.abs(b);
    if (!same) assert.unreachable(`${what}: element ${i} is ${a}; expected ${b}`);
  }
};
