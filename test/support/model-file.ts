// Takes model files apart and puts them together with a valid checksum; small networks with every op.

import { convertOnnx } from '../../src/convert.js';
import { checksum } from '../../src/format/checksum.js';
import { readModel } from './read-model.js';
import { writeModel } from '../../src/format/write.js';
import { withShapes } from '../../src/ir/with-shapes.js';
import type { Value } from '../../src/ir/value.js';
import { conv } from '../../src/ops/conv/conv.js';
import { seededFloats } from './seeded.js';
import { floats, longs, writeOnnx, type ModelSpec, type TensorSpec } from './onnx/write.js';

/** Metadata, graph, weights and golden. */
export type Sections = [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

const HEADER = 64;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A copy with a valid checksum. */
export const repaired = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  viewOf(copy).setUint32(12, checksum(copy.subarray(16)), true);
  return copy;
};

/** The sections of a valid file. */
export const takeApart = (bytes: Uint8Array): Sections =>
  [0, 1, 2, 3].map((index) => {
    const offset = viewOf(bytes).getUint32(20 + index * 8, true);
    return bytes.slice(offset, offset + viewOf(bytes).getUint32(24 + index * 8, true));
  }) as Sections;

/** A file with these sections and a valid header. */
export const putTogether = (sections: Sections): Uint8Array => {
  const aligned = (at: number) => Math.ceil(at / 64) * 64;
  let end = HEADER;
  const places = sections.map((section, index) => {
    const offset = index < 2 ? end : aligned(end);
    end = offset + section.length;
    return offset;
  });
  const bytes = new Uint8Array(end);
  bytes.set([0xc7, 0x47, 0x57, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 1]);
  viewOf(bytes).setUint32(16, end, true);
  sections.forEach((section, index) => {
    bytes.set(section, places[index]);
    viewOf(bytes).setUint32(20 + index * 8, places[index]!, true);
    viewOf(bytes).setUint32(24 + index * 8, section.length, true);
  });
  return repaired(bytes);
};

const weights = (name: string, dims: number[], seed: number): TensorSpec =>
  floats(name, dims, [
    ...seededFloats(
      dims.reduce((a, b) => a * b, 1),
      seed,
      -1,
      1,
    ),
  ]);

const image = (channels: number, size: number) => ({ name: 'x', dims: ['N', channels, size, size] });

/** Networks that together have every op, with inputs of a few numbers. */
export const SMALL: Readonly<Record<string, ModelSpec>> = {
  convolutions: {
    nodes: [
      { op: 'Conv', inputs: ['x', 'a', 'b'], outputs: ['c'], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
      { op: 'HardSwish', inputs: ['c'], outputs: ['d'] },
      { op: 'Conv', inputs: ['d', 'e'], outputs: ['f'], attributes: { group: 4, pads: [1, 1, 1, 1] } },
      { op: 'Add', inputs: ['f', 'd'], outputs: ['g'] },
      { op: 'ConvTranspose', inputs: ['g', 'h'], outputs: ['i'], attributes: { strides: [2, 2] } },
      { op: 'GlobalAveragePool', inputs: ['i'], outputs: ['j'] },
      { op: 'Flatten', inputs: ['j'], outputs: ['k'] },
      { op: 'Gemm', inputs: ['k', 'l', 'm'], outputs: ['n'] },
      { op: 'Softmax', inputs: ['n'], outputs: ['y'] },
    ],
    inputs: [image(3, 6)],
    outputs: ['y'],
    tensors: [
      weights('a', [4, 3, 3, 3], 1),
      weights('b', [4], 2),
      weights('e', [4, 1, 3, 3], 3),
      weights('h', [4, 2, 2, 2], 4),
      weights('l', [2, 3], 5),
      weights('m', [3], 6),
    ],
  },
  windows: {
    nodes: [
      {
        op: 'MaxPool',
        inputs: ['x'],
        outputs: ['a'],
        attributes: { kernel_shape: [3, 2], strides: [1, 2], pads: [1, 0, 1, 0] },
      },
      { op: 'AveragePool', inputs: ['a'], outputs: ['b'], attributes: { kernel_shape: [2, 2], ceil_mode: 1 } },
      { op: 'LRN', inputs: ['b'], outputs: ['c'], attributes: { size: 3 } },
      { op: 'InstanceNormalization', inputs: ['c', 's', 't'], outputs: ['d'] },
      { op: 'Resize', inputs: ['d', '', 'u'], outputs: ['e'], attributes: { mode: 'linear' } },
      { op: 'PRelu', inputs: ['e', 'v'], outputs: ['y'] },
    ],
    inputs: [image(2, 5)],
    outputs: ['y'],
    tensors: [weights('s', [2], 7), weights('t', [2], 8), floats('u', [4], [1, 1, 1.5, 2]), weights('v', [2, 1, 1], 9)],
  },
  movements: {
    nodes: [
      { op: 'Split', inputs: ['x', 'p'], outputs: ['a', 'b'], attributes: { axis: 1 } },
      { op: 'Concat', inputs: ['b', 'a', 'b'], outputs: ['c'], attributes: { axis: 1 } },
      { op: 'Pad', inputs: ['c', 'q'], outputs: ['d'], attributes: { mode: 'reflect' } },
      { op: 'Transpose', inputs: ['d'], outputs: ['e'], attributes: { perm: [0, 2, 1, 3] } },
      { op: 'Tile', inputs: ['e', 'r'], outputs: ['f'] },
      { op: 'Gather', inputs: ['f', 's'], outputs: ['g'], attributes: { axis: 3 } },
      { op: 'Slice', inputs: ['g', 't', 'u'], outputs: ['h'] },
      { op: 'Greater', inputs: ['h', 'v'], outputs: ['i'] },
      { op: 'Where', inputs: ['i', 'h', 'v'], outputs: ['y'] },
      { op: 'Cast', inputs: ['i'], outputs: ['z'], attributes: { to: 6 } },
    ],
    inputs: [{ name: 'x', dims: [1, 3, 4, 3] }],
    outputs: ['y', 'z'],
    tensors: [
      longs('p', [1, 2]),
      longs('q', [0, 0, 1, 0, 0, 0, 0, 1]),
      longs('r', [1, 1, 2, 1]),
      longs('s', [2, 0]),
      longs('t', [0, 1]),
      longs('u', [1, 4]),
      floats('v', [], [0.25]),
    ],
  },
  reductions: {
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] },
      { op: 'ReduceMean', inputs: ['a'], outputs: ['b'], attributes: { axes: [2] } },
      { op: 'Sub', inputs: ['a', 'b'], outputs: ['c'] },
      { op: 'LayerNormalization', inputs: ['c', 's', 't'], outputs: ['d'] },
      { op: 'ArgMax', inputs: ['d'], outputs: ['z'], attributes: { axis: 2 } },
      { op: 'Expand', inputs: ['b', 'u'], outputs: ['e'] },
      { op: 'MatMul', inputs: ['d', 'e'], outputs: ['f'] },
      { op: 'ReduceL2', inputs: ['f'], outputs: ['g'], attributes: { axes: [1], keepdims: 0 } },
      { op: 'Clip', inputs: ['g', '', 'm'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: [2, 3, 4] }],
    outputs: ['y', 'z'],
    tensors: [
      weights('w', [4, 3], 10),
      weights('s', [3], 11),
      weights('t', [3], 12),
      longs('u', [2, 3, 5]),
      floats('m', [], [3]),
    ],
  },
};

/** A convolution with two blocks that share no input and omit some outputs. */
export const blocksModel = (): Uint8Array => {
  const blocks = [
    { inputs: [0, 2, 5], outputs: [0, 1, 2] },
    { inputs: [1], outputs: [6, 4] },
  ];
  const attrs = {
    kernel: [3, 3],
    strides: [1, 2],
    dilations: [1, 1],
    pads: [1, 0, 1, 1],
    group: 1,
    blocks,
    low: 0,
    high: 6,
  };
  const constant = (size: number): Value => ({
    name: '',
    type: 'float32',
    shape: [size],
    data: seededFloats(size, size, -1, 1),
  });
  const x: Value = { name: 'x', type: 'float32', shape: [1, 4, 5, 6] };
  const inputs = [x, constant(99), constant(7)];
  const output: Value = { name: 'y', type: 'float32', shape: conv.shape(inputs, attrs) };
  const node = { name: 'y', op: conv, attrs, inputs, output };
  return writeModel(
    {
      graph: { inputs: [x], nodes: [node], outputs: [{ name: 'y', value: output }], dynamicBatch: true },
      metadata: {},
    },
    'f32',
  );
};

/** A network for images of any size, with numbers that follow from sizes. */
const OPEN: ModelSpec = {
  nodes: [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'], attributes: { strides: [2, 2] } },
    { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
    { op: 'Slice', inputs: ['shape', 'two', 'four', 'zero'], outputs: ['sizes'] },
    { op: 'Concat', inputs: ['one', 'channels', 'sizes'], outputs: ['target'], attributes: { axis: 0 } },
    { op: 'Resize', inputs: ['a', '', '', 'target'], outputs: ['b'], attributes: { mode: 'linear' } },
    { op: 'Slice', inputs: ['b', 'one', 'four', 'two'], outputs: ['c'] },
    { op: 'Flatten', inputs: ['b'], outputs: ['d'], attributes: { axis: 2 } },
  ],
  inputs: [{ name: 'x', dims: [1, 2, 'height', 'width'] }],
  outputs: ['c', 'd'],
  tensors: [
    weights('w', [3, 2, 3, 3], 1),
    longs('zero', [0]),
    longs('one', [1]),
    longs('two', [2]),
    longs('channels', [3]),
    longs('four', [4]),
  ],
};

const openModel = async (): Promise<Uint8Array> => {
  const { graph, metadata } = readModel(await convertOnnx(writeOnnx(OPEN)));
  return writeModel({ graph: withShapes(graph, [[1, 2, 6, 7]]), metadata }, 'f32');
};

/** Layers on an image that is large enough to run in bands. */
export const BANDS: ModelSpec = {
  nodes: [
    { op: 'Conv', inputs: ['x', 'a'], outputs: ['b'] },
    { op: 'Conv', inputs: ['b', 'c'], outputs: ['d'], attributes: { group: 16, pads: [1, 1, 1, 1], strides: [2, 2] } },
    { op: 'Conv', inputs: ['d', 'e'], outputs: ['f'] },
    { op: 'ReduceMean', inputs: ['f'], outputs: ['y'], attributes: { axes: [2, 3] } },
  ],
  inputs: [image(2, 160)],
  outputs: ['y'],
  tensors: [weights('a', [16, 2, 1, 1], 13), weights('c', [16, 1, 3, 3], 14), weights('e', [5, 16, 1, 1], 15)],
};

/** The model files of the small networks by name. */
export const smallModels = async (): Promise<Record<string, Uint8Array>> => {
  const models: Record<string, Uint8Array> = {
    blocks: blocksModel(),
    'open sizes': await openModel(),
    '8 bits': await convertOnnx(writeOnnx(SMALL.convolutions!), { weights: 'int8' }),
  };
  for (const [name, spec] of Object.entries(SMALL)) models[name] = await convertOnnx(writeOnnx(spec));
  return models;
};
