// Attacks by networks of very many nodes, or of nodes with very many inputs and outputs.

import { floats, longs, type AttributeSpec, type InfoSpec, type NodeSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { ANY_SIZE, chain, image, network, nine, NUMBERS, onnx, range, times } from './conversion-attack.js';

type Chain = {
  inputs?: InfoSpec[];
  tensors?: TensorSpec[];
  attributes?: Record<string, AttributeSpec>;
  /** Inputs after the first. */
  more?: string[];
};

/** A chain of one operator. */
const chainOf = (count: number, op: string, { inputs = NUMBERS, tensors, attributes, more = [] }: Chain = {}): Attack =>
  onnx(`${count} ${op} in a row${inputs === ANY_SIZE ? ', any size' : ''}`, () =>
    network(
      chain(count, (from, to) => ({ op, inputs: [from, ...more], outputs: [to], ...(attributes && { attributes }) })),
      tensors,
      inputs,
    ),
  );

/** A chain whose nodes take turns. */
const turns = (
  name: string,
  count: number,
  nodes: Omit<NodeSpec, 'outputs'>[],
  tensors: TensorSpec[] = [],
  inputs = NUMBERS,
) =>
  onnx(name, () =>
    network(
      chain(count, (from, to, i) => {
        const node = nodes[i % nodes.length]!;
        return { ...node, inputs: [from, ...node.inputs.map((name) => (name === '' ? from : name))], outputs: [to] };
      }),
      tensors,
      inputs,
    ),
  );

const splitInto = (count: number, output = (i: number) => `s${i}`): NodeSpec => ({
  op: 'Split',
  inputs: ['x'],
  outputs: times(count, output),
  attributes: { axis: 1, num_outputs: count },
});

/** Input `x` of as many numbers. */
const row = (count: number): InfoSpec[] => [{ name: 'x', dims: [1, count] }];

const names = (prefix: string, count: number): string[] => times(count, (i) => `${prefix}${i}`);

const joined = (inputs: string[], output = 'y'): NodeSpec => ({
  op: 'Concat',
  inputs,
  outputs: [output],
  attributes: { axis: 1 },
});

const branches = (count: number, op: string, attributes?: Record<string, AttributeSpec>): NodeSpec[] => [
  ...times(count, (i) => ({ op: 'Conv', inputs: ['x', `c${i}`], outputs: [`t${i}`] })),
  { op, inputs: names('t', count), outputs: ['y'], ...(attributes && { attributes }) },
];

const channelWeights = (count: number): TensorSpec[] => times(count, (i) => floats(`c${i}`, [1, 3, 1, 1], [i, 2, 3]));

const PERM = { perm: [0, 2, 3, 1] };
const weights = nine('c', [3, 3, 1, 1]);

/** Attacks by the nodes of ONNX networks, their inputs and outputs. */
export const chainAttacks: readonly Attack[] = [
  ...['Relu', 'Identity', 'Clip', 'Softmax', 'Sigmoid', 'Gelu', 'Dropout', 'Flatten', 'LogSoftmax'].map((op) =>
    chainOf(5000, op),
  ),
  chainOf(70000, 'Relu'),
  chainOf(5000, 'Transpose', { inputs: image(4, 5), attributes: PERM }),
  chainOf(5000, 'Add', { more: ['c'], tensors: [floats('c', [1], [1])] }),
  chainOf(5000, 'Mul', { more: ['c'], tensors: [floats('c', [3], [1, 2, 3])] }),
  chainOf(5000, 'Where', { more: ['x', 'x'] }),
  chainOf(5000, 'Add', { more: ['x'] }),
  chainOf(3000, 'MatMul', { more: ['c'], tensors: [nine('c', [3, 3])] }),
  chainOf(2000, 'Conv', { inputs: image(3, 4), more: ['c'], tensors: [weights] }),
  chainOf(1000, 'Gather', {
    inputs: image(64, 4),
    attributes: { axis: 1 },
    more: ['g'],
    tensors: [
      longs(
        'g',
        times(64, (i) => (i * 7) % 64),
      ),
    ],
  }),
  chainOf(1000, 'Relu', { inputs: ANY_SIZE }),
  chainOf(200, 'MaxPool', { inputs: ANY_SIZE, attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } }),
  chainOf(2000, 'BatchNormalization', {
    inputs: image(3, 4),
    more: ['n', 'n', 'n', 'n'],
    tensors: [floats('n', [3], [1, 2, 3])],
  }),
  chainOf(2000, 'InstanceNormalization', {
    inputs: image(3, 4),
    more: ['n', 'n'],
    tensors: [floats('n', [3], [1, 2, 3])],
  }),
  chainOf(3000, 'ReduceMean', { attributes: { keepdims: 1 } }),
  chainOf(2000, 'DepthToSpace', { inputs: image(4, 2), attributes: { blocksize: 1 } }),
  chainOf(2000, 'CumSum', { more: ['c'], tensors: [longs('c', [1], [])] }),
  chainOf(3000, 'Slice', { more: ['a', 'b'], tensors: [longs('a', [0]), longs('b', [9])] }),
  turns(
    'reshapes and Relus',
    5000,
    [
      { op: 'Reshape', inputs: ['s'] },
      { op: 'Relu', inputs: [] },
    ],
    [longs('s', [3, 1])],
  ),
  turns(
    'transposes and Relus',
    5000,
    [
      { op: 'Transpose', inputs: [], attributes: PERM },
      { op: 'Relu', inputs: [] },
    ],
    [],
    image(4, 4),
  ),
  turns(
    'gathers and Relus',
    2000,
    [
      { op: 'Gather', inputs: ['g'], attributes: { axis: 1 } },
      { op: 'Relu', inputs: [] },
    ],
    [
      longs(
        'g',
        times(64, (i) => (i * 7) % 64),
      ),
    ],
    image(64, 4),
  ),
  turns(
    'shuffled channels',
    3000,
    [
      { op: 'Reshape', inputs: ['s2'] },
      { op: 'Transpose', inputs: [], attributes: { perm: [0, 2, 1, 3, 4] } },
      { op: 'Reshape', inputs: ['s1'] },
    ],
    [longs('s2', [1, 8, 8, 2, 2]), longs('s1', [1, 64, 2, 2])],
    image(64, 2),
  ),
  turns('squares of squares', 5000, [{ op: 'Mul', inputs: [''] }]),
  turns(
    'convolutions, scales and Relus',
    3000,
    [
      { op: 'Conv', inputs: ['c'] },
      { op: 'Mul', inputs: ['m'] },
      { op: 'Relu', inputs: [] },
    ],
    [weights, floats('m', [1, 3, 1, 1], [1, 2, 3])],
    image(3, 2),
  ),
  turns(
    'Unsqueeze and Squeeze',
    5000,
    [
      { op: 'Unsqueeze', inputs: ['a'] },
      { op: 'Squeeze', inputs: ['a'] },
    ],
    [longs('a', [0])],
  ),
  turns(
    'quantised and back',
    2000,
    [
      { op: 'QuantizeLinear', inputs: ['q'] },
      { op: 'DequantizeLinear', inputs: ['q'] },
    ],
    [floats('q', [], [1])],
  ),
  turns(
    'pads and crops',
    2000,
    [
      { op: 'Pad', inputs: ['p'] },
      { op: 'Slice', inputs: ['a', 'b', 'axis'] },
    ],
    [longs('p', [0, 0, 0, 1]), longs('a', [0]), longs('b', [3]), longs('axis', [1])],
  ),
  onnx('a Sum of 20,000 inputs', () => network([{ op: 'Sum', inputs: times(20000, () => 'x'), outputs: ['y'] }])),
  ...['Sum', 'Max', 'Mean', 'Min'].map((op) =>
    onnx(`a ${op} of 4,000 inputs`, () => network([{ op, inputs: times(4000, () => 'x'), outputs: ['y'] }])),
  ),
  onnx('20 Sums of 4,000 inputs', () =>
    network(chain(20, (from, to) => ({ op: 'Sum', inputs: times(4000, () => from), outputs: [to] }))),
  ),
  onnx('a Concat of 4,000 inputs', () => network([joined(times(4000, () => 'x'))])),
  onnx('20 Concats of 4,000 inputs', () => ({
    ...network(
      times(20, (i) =>
        joined(
          times(4000, () => 'x'),
          `y${i}`,
        ),
      ),
    ),
    outputs: names('y', 20),
  })),
  onnx('Concats that double 40 times', () =>
    network(chain(40, (from, to) => joined([from, from]) && { ...joined([from, from], to) })),
  ),
  onnx('1,000 Concats of the 50 before', () =>
    network(times(1000, (i) => joined(['x', ...names('b', i).slice(-50)], i === 999 ? 'y' : `b${i}`))),
  ),
  onnx('a Concat that grows 2,000 times', () =>
    network(
      chain(2000, (from, to) => joined([from, 'c'], to)),
      [floats('c', [1, 1], [1])],
    ),
  ),
  onnx('a Split into 65,000', () =>
    network([splitInto(65000), { op: 'Relu', inputs: ['s5'], outputs: ['y'] }], [], row(65000)),
  ),
  onnx('a Split into 4,000 that are added', () =>
    network([splitInto(4000), { op: 'Sum', inputs: names('s', 4000), outputs: ['y'] }], [], row(4000)),
  ),
  onnx('a Split into 4,000 in another order', () =>
    network([splitInto(4000), joined(times(4000, (i) => `s${(i * 7) % 4000}`))], [], row(4000)),
  ),
  onnx('a Split into 2,000 images in another order', () =>
    network([splitInto(2000), joined(times(2000, (i) => `s${(i * 7) % 2000}`))], [], image(2000, 2)),
  ),
  onnx('a Split into 4,000 Relus', () =>
    network(
      [
        splitInto(4000),
        ...times(4000, (i) => ({ op: 'Relu', inputs: [`s${i}`], outputs: [`z${i}`] })),
        joined(names('z', 4000)),
      ],
      [],
      row(4000),
    ),
  ),
  onnx('a Split of 100 sizes that overflow', () =>
    network(
      [{ op: 'Split', inputs: ['x', 'n'], outputs: names('s', 100), attributes: { axis: 1 } }, joined(names('s', 100))],
      [
        longs(
          'n',
          times(100, () => 2n ** 62n),
        ),
      ],
    ),
  ),
  onnx('4,000 inputs', () => ({
    ...network([{ op: 'Sum', inputs: names('x', 4000), outputs: ['y'] }]),
    inputs: times(4000, (i) => ({ name: `x${i}`, dims: ['N', 3] })),
  })),
  onnx('100,000 inputs', () => ({
    ...network([{ op: 'Sum', inputs: ['x0', 'x1'], outputs: ['y'] }]),
    inputs: times(100000, (i) => ({ name: `x${i}`, dims: [1, 3] })),
  })),
  onnx('4,000 outputs', () => ({
    ...network(
      times(4000, (i) => ({ op: 'Add', inputs: ['x', `c${i}`], outputs: [`y${i}`] })),
      times(4000, (i) => floats(`c${i}`, [1], [i])),
    ),
    outputs: names('y', 4000),
  })),
  onnx('50,000 outputs', () => ({
    ...network(times(50000, (i) => ({ op: 'Relu', inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: names('y', 50000),
  })),
  onnx('4,000 names of one output', () => ({
    ...network([
      { op: 'Relu', inputs: ['x'], outputs: ['z'] },
      ...times(4000, (i) => ({ op: 'Identity', inputs: ['z'], outputs: [`y${i}`] })),
    ]),
    outputs: names('y', 4000),
  })),
  onnx('the same output 100,000 times', () => ({
    ...network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]),
    outputs: times(100000, () => 'y'),
  })),
  onnx('5,000 readers of a transpose', () =>
    network(
      [
        { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: PERM },
        ...times(5000, (i) => ({
          op: 'Add',
          inputs: ['t', i ? `b${i - 1}` : 't'],
          outputs: [i === 4999 ? 'y' : `b${i}`],
        })),
      ],
      [],
      image(3, 4),
    ),
  ),
  onnx('3,000 readers of a convolution', () =>
    network(
      [
        { op: 'Conv', inputs: ['x', 'c'], outputs: ['t'] },
        ...times(3000, (i) => ({
          op: 'Add',
          inputs: ['t', i ? `b${i - 1}` : 't'],
          outputs: [i === 2999 ? 'y' : `b${i}`],
        })),
      ],
      [weights],
      image(3, 4),
    ),
  ),
  onnx('1,000 branches that are joined', () =>
    network(branches(1000, 'Concat', { axis: 1 }), channelWeights(1000), image(3, 4)),
  ),
  onnx('1,000 branches that are added', () => network(branches(1000, 'Sum'), channelWeights(1000), image(3, 4))),
  onnx('transposes and sums of what was before', () =>
    network(
      times(3000, (i) => {
        const [from, to] = [i ? `b${i - 1}` : 'x', i === 2999 ? 'y' : `b${i}`];
        const outputs = [to];
        return i % 2
          ? { op: 'Add', inputs: [from, i > 2 ? `b${i - 3}` : 'x'], outputs }
          : { op: 'Transpose', inputs: [from], outputs, attributes: PERM };
      }),
      [],
      image(4, 4),
    ),
  ),
  onnx('1,000 gates', () =>
    network(
      times(1000, (i) => i).flatMap((i) => {
        const from = i ? `b${i - 1}` : 'x';
        return [
          { op: 'GlobalAveragePool', inputs: [from], outputs: [`g${i}`] },
          { op: 'Sigmoid', inputs: [`g${i}`], outputs: [`h${i}`] },
          { op: 'Mul', inputs: [`h${i}`, from], outputs: [i === 999 ? 'y' : `b${i}`] },
        ];
      }),
      [],
      image(4, 4),
    ),
  ),
  onnx('1,000 reshapes to their own shape, any size', () =>
    network(
      range(1000).flatMap((i) => {
        const from = i ? `b${i - 1}` : 'x';
        return [
          { op: 'Shape', inputs: [from], outputs: [`s${i}`] },
          { op: 'Reshape', inputs: [from, `s${i}`], outputs: [`r${i}`] },
          { op: 'Relu', inputs: [`r${i}`], outputs: [i === 999 ? 'y' : `b${i}`] },
        ];
      }),
      [],
      ANY_SIZE,
    ),
  ),
  onnx('5,000 nodes in reverse', () => ({
    ...network(chain(5000, (from, to) => ({ op: 'Relu', inputs: [from], outputs: [to] })).reverse()),
  })),
  onnx('a circle of 5,000 nodes', () =>
    network([...chain(5000, (from, to) => ({ op: 'Relu', inputs: [from === 'x' ? 'y' : from], outputs: [to] }))]),
  ),
  onnx('60 levels of two paths each', () =>
    network(chain(60, (from, to) => ({ op: 'Add', inputs: [from, from], outputs: [to] }))),
  ),
];
