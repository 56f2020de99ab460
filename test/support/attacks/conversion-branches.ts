// Attacks by networks whose nodes have very many inputs, outputs or readers.

import { floats, longs, type InfoSpec, type ModelSpec, type NodeSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { ANY_SIZE, chain, image, network, nine, NUMBERS, onnx, times } from './conversion-attack.js';

const names = (prefix: string, count: number): string[] => times(count, (i) => `${prefix}${i}`);

const same = (count: number, value = 'x'): string[] => times(count, () => value);

const joined = (inputs: string[], output = 'y'): NodeSpec => ({
  op: 'Concat',
  inputs,
  outputs: [output],
  attributes: { axis: 1 },
});

const splitInto = (count: number): NodeSpec => ({
  op: 'Split',
  inputs: ['x'],
  outputs: names('s', count),
  attributes: { axis: 1, num_outputs: count },
});

/** Input `x` of as many numbers. */
const numbers = (count: number): InfoSpec[] => [{ name: 'x', dims: [1, count] }];

/** Node `make(i)` of a row in which each reads the one before, as `b` and its number. */
const last = (i: number, count: number): string => (i === count - 1 ? 'y' : `b${i}`);

/** A network in which one value, `t`, is read by as many nodes. */
const readers = (count: number, first: NodeSpec, tensors: TensorSpec[] = []): ModelSpec =>
  network(
    [first, ...times(count, (i) => ({ op: 'Add', inputs: ['t', i ? `b${i - 1}` : 't'], outputs: [last(i, count)] }))],
    tensors,
    image(3, 4),
  );

/** Convolutions side by side. */
const branches = (count: number, end: NodeSpec): ModelSpec =>
  network(
    [...times(count, (i) => ({ op: 'Conv', inputs: ['x', `c${i}`], outputs: [`t${i}`] })), end],
    times(count, (i) => floats(`c${i}`, [1, 3, 1, 1], [i, 2, 3])),
    image(3, 4),
  );

const PERM = { perm: [0, 2, 3, 1] };

/** Concatenations of values that passes replace one by one. */
const replaced = (count: number, each: number): ModelSpec => ({
  ...network(
    times(count, (k) => [
      ...times(each, (i): NodeSpec[] => {
        const name = `${k}_${i}`;
        return [
          { op: 'Transpose', inputs: ['x'], outputs: [`t${name}`], attributes: PERM },
          { op: 'Relu', inputs: [`t${name}`], outputs: [`r${name}`] },
          { op: 'Transpose', inputs: [`r${name}`], outputs: [`v${name}`], attributes: { perm: [0, 3, 1, 2] } },
        ];
      }).flat(),
      joined(names(`v${k}_`, each), `y${k}`),
    ]).flat(),
    [],
    image(1, 1),
  ),
  outputs: names('y', count),
});

/** Attacks by nodes with many inputs, outputs or readers. */
export const branchAttacks: readonly Attack[] = [
  onnx('a Sum of 20,000 inputs', () => network([{ op: 'Sum', inputs: same(20000), outputs: ['y'] }])),
  ...['Sum', 'Max'].map((op) =>
    onnx(`a ${op} of 4,000 inputs`, () => network([{ op, inputs: same(4000), outputs: ['y'] }])),
  ),
  onnx('20 Sums of 4,000 inputs', () =>
    network(chain(20, (from, to) => ({ op: 'Sum', inputs: same(4000, from), outputs: [to] }))),
  ),
  onnx('4 Concats of 4,000 inputs', () => ({
    ...network(times(4, (i) => joined(same(4000), `y${i}`))),
    outputs: names('y', 4),
  })),
  onnx('4 Concats of 500 values that are rewritten', () => replaced(4, 500)),
  onnx('Concats that double 40 times', () => network(chain(40, (from, to) => joined([from, from], to)))),
  onnx('1,000 Concats of the 50 before', () =>
    network(times(1000, (i) => joined(['x', ...names('b', i).slice(-50)], last(i, 1000)))),
  ),
  onnx('a Concat that grows 500 times', () =>
    network(
      chain(500, (from, to) => joined([from, 'c'], to)),
      [floats('c', [1, 1], [1])],
    ),
  ),
  onnx('a Split into 65,000', () =>
    network([splitInto(65000), { op: 'Relu', inputs: ['s5'], outputs: ['y'] }], [], numbers(65000)),
  ),
  onnx('a Split into 1,000 that are added', () =>
    network([splitInto(1000), { op: 'Sum', inputs: names('s', 1000), outputs: ['y'] }], [], numbers(1000)),
  ),
  onnx('a Split into 1,000 in another order', () =>
    network([splitInto(1000), joined(times(1000, (i) => `s${(i * 7) % 1000}`))], [], numbers(1000)),
  ),
  onnx('a Split into 1,000 Relus', () => {
    const each = times(1000, (i) => ({ op: 'Relu', inputs: [`s${i}`], outputs: [`z${i}`] }));
    return network([splitInto(1000), ...each, joined(names('z', 1000))], [], numbers(1000));
  }),
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
  onnx('1,000 inputs', () => ({
    ...network([{ op: 'Sum', inputs: names('x', 1000), outputs: ['y'] }]),
    inputs: times(1000, (i) => ({ name: `x${i}`, dims: ['N', 3] })),
  })),
  onnx('70,000 inputs', () => ({
    ...network([{ op: 'Sum', inputs: ['x0', 'x1'], outputs: ['y'] }]),
    inputs: times(70000, (i) => ({ name: `x${i}`, dims: [1, 3] })),
  })),
  onnx('5,000 outputs', () => ({
    ...network(times(5000, (i) => ({ op: 'Relu', inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: names('y', 5000),
  })),
  onnx('1,000 outputs that passes rewrite', () => ({
    ...network(
      times(1000, (i): NodeSpec[] => [
        { op: 'Transpose', inputs: ['x'], outputs: [`t${i}`], attributes: PERM },
        { op: 'Relu', inputs: [`t${i}`], outputs: [`r${i}`] },
        { op: 'Transpose', inputs: [`r${i}`], outputs: [`y${i}`], attributes: { perm: [0, 3, 1, 2] } },
      ]).flat(),
      [],
      image(3, 2),
    ),
    outputs: names('y', 1000),
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
    outputs: same(100000, 'y'),
  })),
  onnx('1,000 readers of a transpose', () =>
    readers(1000, { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: PERM }),
  ),
  onnx('1,000 readers of a convolution', () =>
    readers(1000, { op: 'Conv', inputs: ['x', 'c'], outputs: ['t'] }, [nine('c', [3, 3, 1, 1])]),
  ),
  onnx('200 branches that are joined', () => branches(200, joined(names('t', 200)))),
  onnx('200 branches that are added', () => branches(200, { op: 'Sum', inputs: names('t', 200), outputs: ['y'] })),
  onnx('transposes and sums of what was before', () =>
    network(
      times(1000, (i) => {
        const [from, outputs] = [i ? `b${i - 1}` : 'x', [last(i, 1000)]];
        return i % 2
          ? { op: 'Add', inputs: [from, i > 2 ? `b${i - 3}` : 'x'], outputs }
          : { op: 'Transpose', inputs: [from], outputs, attributes: PERM };
      }),
      [],
      image(4, 4),
    ),
  ),
  onnx('200 gates', () =>
    network(
      times(200, (i): NodeSpec[] => {
        const from = i ? `b${i - 1}` : 'x';
        return [
          { op: 'GlobalAveragePool', inputs: [from], outputs: [`g${i}`] },
          { op: 'Sigmoid', inputs: [`g${i}`], outputs: [`h${i}`] },
          { op: 'Mul', inputs: [`h${i}`, from], outputs: [last(i, 200)] },
        ];
      }).flat(),
      [],
      image(4, 4),
    ),
  ),
  onnx('100 reshapes to their own shape, any size', () =>
    network(
      times(100, (i): NodeSpec[] => {
        const from = i ? `b${i - 1}` : 'x';
        return [
          { op: 'Shape', inputs: [from], outputs: [`s${i}`] },
          { op: 'Reshape', inputs: [from, `s${i}`], outputs: [`r${i}`] },
          { op: 'Relu', inputs: [`r${i}`], outputs: [last(i, 100)] },
        ];
      }).flat(),
      [],
      ANY_SIZE,
    ),
  ),
  onnx('1,000 constants of one number each', () =>
    network(
      chain(1000, (from, to, i) => ({ op: i % 2 ? 'Max' : 'Add', inputs: [from, `c${i}`], outputs: [to] })),
      times(1000, (i) => floats(`c${i}`, [1], [i])),
      NUMBERS,
    ),
  ),
];
