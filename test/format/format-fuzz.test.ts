// Model files with random changes. SEED=n repeats a run, MUTATIONS=n makes a longer one.

import { suite } from 'uvu';
import { convertOnnx } from '../../src/convert.js';
import { readModel } from '../support/read-model.js';
import { writeModel } from '../../src/format/write.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { Value } from '../../src/ir/value.js';
import type { AttrKind } from '../../src/ir/schema.js';
import type { Block } from '../../src/ir/structure.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { BANDS, putTogether, smallModels, takeApart, type Sections } from '../support/model-file.js';
import { writeOnnx } from '../support/onnx/write.js';
import { mulberry32 } from '../support/seeded.js';
import { report, survives } from '../support/survival.js';

const SEED = Number(process.env.SEED ?? Date.now() % 1e6);
const MUTATIONS = Number(process.env.MUTATIONS ?? 10000);

const models = Object.entries(await smallModels());
const next = mulberry32(SEED);
const pick = (count: number): number => Math.floor(next() * count);
const one = <T>(list: readonly T[]): T => list[pick(list.length)]!;

/** Bytes that break what counts on small numbers: varints, floats. */
const EDGES = [
  [0],
  [1],
  [2],
  [127],
  [255],
  [0x80, 1],
  [255, 255, 255, 255, 15],
  [255, 255, 255, 255, 7],
  [0x80, 0x80, 4],
  [0, 0, 192, 127],
  [0, 0, 128, 127],
];

const mutate = (section: Uint8Array): Uint8Array => {
  const at = pick(section.length + 1);
  const part = section.subarray(at, at + 1 + pick(6));
  const kind = pick(6);
  if (kind === 0) return Uint8Array.from([...section.subarray(0, at), ...section.subarray(at + part.length)]);
  if (kind === 1) return Uint8Array.from([...section.subarray(0, at), ...part, ...section.subarray(at)]);
  if (kind === 2) return Uint8Array.from([...section.subarray(0, at), ...one(EDGES), ...section.subarray(at + 1)]);
  const copy = section.slice();
  if (kind === 3) copy.set(part.subarray(0, section.length - at), pick(section.length - part.length));
  else if (at < section.length) copy[at] = kind === 4 ? pick(256) : copy[at]! ^ (1 << pick(8));
  return copy;
};

const test = suite('random model files');

test(`${MUTATIONS} files of random bytes are safe`, async () => {
  console.log(`random model files: SEED=${SEED}`);
  const files = models.map(([name, bytes]) => ({ name, sections: takeApart(bytes) }));
  for (let i = 0; i < MUTATIONS; i++) {
    const { name, sections } = one(files);
    const changed = [...sections] as Sections;
    for (let count = Math.max(1, pick(5) - 1); count > 0; count--) {
      const index = next() < 0.92 ? 1 : pick(3);
      changed[index] = mutate(changed[index]!);
    }
    await survives(putTogether(changed), `SEED=${SEED} ${name} ${i}`);
  }
  report('random bytes');
});

const INTEGERS = [
  -(2 ** 31),
  -65536,
  -7,
  -2,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  64,
  1000,
  65535,
  65536,
  2 ** 20,
  2 ** 29,
  2 ** 31 - 1,
];
const FLOATS = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1e-30, 1e30, 3.5, 100];

const integer = (old: number): number => (next() < 0.4 ? old + 1 - 2 * pick(2) : one(INTEGERS));

const changeList = (old: readonly number[], value: (old: number) => number): number[] => {
  const list = [...old],
    at = pick(list.length + 1),
    kind = pick(8);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1) list.splice(at, 0, value(list[at] ?? 0));
  else if (at < list.length) list[at] = value(list[at]!);
  return list;
};

const changeAttr = (kind: AttrKind, old: unknown): unknown => {
  if (typeof kind !== 'string') return one(kind);
  if (kind === 'i32') return integer(old as number);
  if (kind === 'f32') return one(FLOATS);
  if (kind === 'bool') return !old;
  if (kind === 'i32s' || kind === 'axes') return changeList(old as number[], integer);
  if (kind === 'f32s') return changeList(old as number[], () => one(FLOATS));
  return (old as Block[]).map((block) =>
    pick(2) ? block : { inputs: changeList(block.inputs, integer), outputs: changeList(block.outputs, integer) },
  );
};

const SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 16, 33, 1000, 70000];

/** Opens an axis of every input, and lets a number of a node's attributes follow from a size. */
const openSizes = (graph: Graph, node: Node): void => {
  graph.openSizes = { axes: graph.inputs.map(({ shape }) => [pick(shape.length) || 1]), multiple: one([1, 1, 1, 2]) };
  const lists = Object.entries(node.op.attrs).filter(([, kind]) => kind === 'i32s' || kind === 'axes');
  const from = one([...graph.inputs, ...graph.nodes.slice(0, graph.nodes.indexOf(node)).map(({ output }) => output)]);
  if (!lists.length || !from.shape.length) return;
  const [attr] = one(lists);
  const numbers = node.attrs[attr] as number[];
  if (!numbers.length) return;
  const [index, axis, times] = [pick(numbers.length), pick(from.shape.length), one([1, 1, 2])];
  const plus = numbers[index]! - times * from.shape[axis]!;
  node.derived = [...(node.derived ?? []), { attr, index, from, axes: [axis], times, over: 1, plus }];
};

/** Another input, constant, attribute or connection, and one of the network's values under the name of another. */
const changeGraph = (graph: Graph): void => {
  const node = one(graph.nodes);
  const kind = pick(9);
  const constants = node.inputs.filter(({ data }) => data);
  if (kind === 0)
    graph.inputs.forEach((input) => (input.shape = input.shape.map((size) => (pick(2) ? size : one(SIZES)))));
  else if (kind === 1 && constants.length) {
    const { data } = one(constants);
    data![pick(data!.length)] = data instanceof Float32Array ? one(FLOATS) : integer(0);
  } else if (kind === 2 && constants.length) {
    const value = one(constants);
    value.shape = changeList(value.shape, () => one(SIZES));
    const size = Math.min(sizeOf(value.shape), 1e6);
    value.data =
      value.data instanceof Float32Array ? new Float32Array(size).fill(0.5) : new Int32Array(size).fill(pick(3) - 1);
  } else if (kind === 3) {
    const known = [
      ...graph.inputs,
      ...graph.nodes.flatMap(({ inputs }) => inputs),
      ...graph.nodes.slice(0, graph.nodes.indexOf(node)).map(({ output }) => output),
    ];
    node.inputs = node.inputs.map((input) => (pick(node.inputs.length) ? input : one(known)));
  } else if (kind === 4) graph.dynamicBatch = !graph.dynamicBatch;
  else if (kind === 5) openSizes(graph, node);
  else {
    const names = Object.keys(node.op.attrs);
    if (!names.length) return;
    const name = one(names);
    node.attrs = {
      ...node.attrs,
      [name]: changeAttr((node.op.attrs as Record<string, AttrKind>)[name]!, node.attrs[name]),
    };
  }
};

/** Gives every value the shape and type that follow; the file is refused where an op says so. */
const followShapes = ({ op, attrs, inputs, output }: Node): void => {
  output.shape = op.shape(inputs, attrs);
  output.type = op.type?.(inputs, attrs) ?? inputs[0]!.type;
};

/** Ops see attributes as a file stores them: floats of 32 bits. */
const throughFile = (attrs: Node['attrs'], schema: Node['op']['attrs']): Node['attrs'] =>
  Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => [name, schema[name] === 'f32' ? Math.fround(value as number) : value]),
  );

test(`${MUTATIONS} networks of random attributes, shapes and connections are safe`, async () => {
  const reasons = new Map<string, number>();
  const networks: [string, Uint8Array][] = [...models, ['bands', await convertOnnx(writeOnnx(BANDS))]];
  let consistent = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const [name, bytes] = one(networks);
    const { graph, metadata } = readModel(bytes.slice());
    for (let count = 1 + pick(3); count > 0; count--) changeGraph(graph);
    try {
      for (const node of graph.nodes) {
        node.attrs = throughFile(node.attrs, node.op.attrs);
        followShapes(node);
      }
      consistent++;
    } catch (error) {
      reasons.set((error as Error).name, (reasons.get((error as Error).name) ?? 0) + 1);
      if ((error as Error).name !== 'ShapeError')
        throw Object.assign(error as Error, { message: `SEED=${SEED} ${name} ${i}: ${(error as Error).message}` });
      continue;
    }
    const outputs: Value[] = graph.nodes.map(({ output }) => output);
    if (pick(4) === 0) graph.outputs[0]!.value = one(outputs);
    await survives(writeModel({ graph, metadata }, 'f32'), `SEED=${SEED} ${name} ${i}`);
  }
  report(`random networks: ${consistent} consistent, ${MUTATIONS - consistent} refused by their ops`);
});

test.run();
