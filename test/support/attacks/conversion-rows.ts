// Attacks by networks of very many nodes, each of which reads the one before.

import { floats, longs, type AttributeSpec, type InfoSpec, type NodeSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { ANY_SIZE, chain, image, network, nine, NUMBERS, onnx } from './conversion-attack.js';

type Link = { op: string; more?: string[]; attributes?: Record<string, AttributeSpec> };

/** A row of nodes that take turns; each reads the value before, and `more` after it, where `''` is that value again. */
const row = (name: string, count: number, links: Link[], inputs = NUMBERS, tensors: TensorSpec[] = []): Attack =>
  onnx(name, () =>
    network(
      chain(count, (from, to, i): NodeSpec => {
        const { op, more = [], attributes } = links[i % links.length]!;
        const own = more.map((value) => value || from);
        return { op, inputs: [from, ...own], outputs: [to], ...(attributes && { attributes }) };
      }),
      tensors,
      inputs,
    ),
  );

const rowOf = (count: number, link: Link, inputs?: InfoSpec[], tensors?: TensorSpec[]): Attack =>
  row(`${count} ${link.op} in a row${inputs === ANY_SIZE ? ', any size' : ''}`, count, [link], inputs, tensors);

const PERM = { perm: [0, 2, 3, 1] };
const WEIGHTS = nine('c', [3, 3, 1, 1]);
const three = (name: string): TensorSpec => floats(name, [3], [1, 2, 3]);
const shuffled = longs('g', Int32Array.from({ length: 64 }, (_, i) => (i * 7) % 64) as unknown as number[]);
const RELU: Link = { op: 'Relu' };

/** Attacks by rows of nodes. */
export const rowAttacks: readonly Attack[] = [
  ...['Relu', 'Identity', 'Softmax'].map((op) => rowOf(1000, { op })),
  rowOf(70000, RELU),
  rowOf(1000, { op: 'Transpose', attributes: PERM }, image(4, 5)),
  row('1,000 sums with a constant', 1000, [{ op: 'Add', more: ['c'] }], NUMBERS, [floats('c', [1], [1])]),
  row('1,000 sums with the input', 1000, [{ op: 'Add', more: ['x'] }]),
  row('1,000 squares of squares', 1000, [{ op: 'Mul', more: [''] }]),
  rowOf(1000, { op: 'Where', more: ['x', 'x'] }),
  rowOf(1000, { op: 'MatMul', more: ['c'] }, NUMBERS, [nine('c', [3, 3])]),
  rowOf(500, { op: 'Conv', more: ['c'] }, image(3, 4), [WEIGHTS]),
  rowOf(1000, { op: 'Gather', more: ['g'], attributes: { axis: 1 } }, image(64, 4), [shuffled]),
  rowOf(200, RELU, ANY_SIZE),
  rowOf(50, { op: 'MaxPool', attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } }, ANY_SIZE),
  rowOf(500, { op: 'BatchNormalization', more: ['n', 'n', 'n', 'n'] }, image(3, 4), [three('n')]),
  rowOf(500, { op: 'InstanceNormalization', more: ['n', 'n'] }, image(3, 4), [three('n')]),
  rowOf(500, { op: 'DepthToSpace', attributes: { blocksize: 1 } }, image(4, 2)),
  rowOf(1000, { op: 'CumSum', more: ['c'] }, NUMBERS, [longs('c', [1], [])]),
  rowOf(1000, { op: 'Slice', more: ['a', 'b'] }, NUMBERS, [longs('a', [0]), longs('b', [9])]),
  row('reshapes and Relus', 1000, [{ op: 'Reshape', more: ['s'] }, RELU], NUMBERS, [longs('s', [3, 1])]),
  row('transposes and Relus', 1000, [{ op: 'Transpose', attributes: PERM }, RELU], image(4, 4)),
  row('gathers and Relus', 1000, [{ op: 'Gather', more: ['g'], attributes: { axis: 1 } }, RELU], image(64, 4), [
    shuffled,
  ]),
  row(
    'shuffled channels',
    600,
    [
      { op: 'Reshape', more: ['s2'] },
      { op: 'Transpose', attributes: { perm: [0, 2, 1, 3, 4] } },
      { op: 'Reshape', more: ['s1'] },
    ],
    image(64, 2),
    [longs('s2', [1, 8, 8, 2, 2]), longs('s1', [1, 64, 2, 2])],
  ),
  row(
    'convolutions, scales and Relus',
    600,
    [{ op: 'Conv', more: ['c'] }, { op: 'Mul', more: ['m'] }, RELU],
    image(3, 2),
    [WEIGHTS, floats('m', [1, 3, 1, 1], [1, 2, 3])],
  ),
  row(
    'Unsqueeze and Squeeze',
    1000,
    [
      { op: 'Unsqueeze', more: ['a'] },
      { op: 'Squeeze', more: ['a'] },
    ],
    NUMBERS,
    [longs('a', [0])],
  ),
  row(
    'quantised and back',
    1000,
    [
      { op: 'QuantizeLinear', more: ['q'] },
      { op: 'DequantizeLinear', more: ['q'] },
    ],
    NUMBERS,
    [floats('q', [], [1])],
  ),
  row(
    'pads and crops',
    1000,
    [
      { op: 'Pad', more: ['p'] },
      { op: 'Slice', more: ['a', 'b', 'axis'] },
    ],
    NUMBERS,
    [longs('p', [0, 0, 0, 1]), longs('a', [0]), longs('b', [3]), longs('axis', [1])],
  ),
  onnx('1,000 nodes in reverse', () =>
    network(chain(1000, (from, to) => ({ op: 'Relu', inputs: [from], outputs: [to] })).reverse()),
  ),
  onnx('a circle of 1,000 nodes', () =>
    network(chain(1000, (from, to) => ({ op: 'Relu', inputs: [from === 'x' ? 'y' : from], outputs: [to] }))),
  ),
  row('60 levels of two paths each', 60, [{ op: 'Add', more: [''] }]),
];
