// Attacks by networks whose constants take much to compute.

import { floats, longs, type NodeSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { ANY_SIZE, constantNetwork, network, onnx, times } from './conversion-attack.js';

/** Zeros of the shape in `shape`. */
const zeros = (name = 'a', shape = 's'): NodeSpec => ({ op: 'ConstantOfShape', inputs: [shape], outputs: [name] });

const node = (op: string, inputs: string[], output: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

/** An attack by an operator, or several, that computes `q` of zeros `a` of a shape. */
const ofZeros = (name: string, shape: number[], nodes: NodeSpec[], tensors = [longs('unused', [0])]): Attack =>
  onnx(name, () => constantNetwork([zeros(), ...nodes], 'q', [longs('s', shape), ...tensors]));

/** Nodes of which each reads the constant before, from `a` to `q`. */
const repeated = (count: number, make: (from: string, index: number) => Omit<NodeSpec, 'outputs'>): NodeSpec[] =>
  times(count, (i) => ({ ...make(i ? `b${i - 1}` : 'a', i), outputs: [i === count - 1 ? 'q' : `b${i}`] }));

const FLOAT = { to: 1 };
const SLOW = ['Erf', 'Tanh', 'Exp', 'Sin', 'Log', 'Sigmoid'];
const one = floats('a', [1], [1]);

/** Attacks by the constants of ONNX networks. */
export const constantAttacks: readonly Attack[] = [
  ofZeros('a product of constants of 8192 x 8192', [8192, 8192], [node('MatMul', ['a', 'a'], 'q')]),
  ofZeros(
    'a product of a column and a row',
    [16384, 1],
    [node('Transpose', ['a'], 't'), node('MatMul', ['a', 't'], 'q')],
  ),
  ofZeros(
    'products of constants in a row',
    [512, 512],
    repeated(40, (from) => ({ op: 'MatMul', inputs: [from, 'a'] })),
  ),
  ofZeros(
    'a convolution of constants',
    [1, 256, 256, 256],
    [zeros('w', 't'), node('Conv', ['a', 'w'], 'q')],
    [longs('t', [256, 256, 7, 7])],
  ),
  ofZeros(
    'a transposed convolution of constants',
    [1, 64, 64, 64],
    [zeros('w', 't'), node('ConvTranspose', ['a', 'w'], 'q', { strides: [16, 16] })],
    [longs('t', [64, 64, 16, 16])],
  ),
  ofZeros(
    'pooling of a constant by 255 x 255',
    [1, 16, 1024, 1024],
    [node('MaxPool', ['a'], 'q', { kernel_shape: [255, 255] })],
  ),
  ofZeros(
    '60 slow functions of a constant',
    [1024, 512],
    repeated(60, (from, i) => ({ op: SLOW[i % 6]!, inputs: [from] })),
  ),
  ofZeros(
    'an Einsum that makes 16 million products',
    [64, 64, 64, 64],
    [node('Einsum', ['a', 'a'], 'q', { equation: 'abcd,befa->cdef' })],
  ),
  ofZeros('an Einsum of an outer product', [2048], [node('Einsum', ['a', 'a', 'a'], 'q', { equation: 'i,j,k->ijk' })]),
  ofZeros(
    'an LSTM of constants',
    [1000, 1, 1],
    [node('LSTM', ['a', 'w', 'w'], 'q', { hidden_size: 1 })],
    [floats('w', [1, 4, 1], [1, 1, 1, 1])],
  ),
  ofZeros('a determinant of 2000 x 2000', [2000, 2000], [node('Det', ['a'], 'q')]),
  ofZeros(
    'the largest of a million',
    [2 ** 20],
    [{ op: 'TopK', inputs: ['a', 'k'], outputs: ['q', 'places'], attributes: { axis: 0 } }],
    [longs('k', [2 ** 20])],
  ),
  ofZeros(
    'one hot of 4096 classes',
    [2 ** 13],
    [node('Cast', ['a'], 'i', { to: 7 }), node('OneHot', ['i', 'depth', 'values'], 'q')],
    [longs('depth', [4096], [1]), floats('values', [2], [0, 1])],
  ),
  ofZeros(
    'the places of 16 million',
    [4096, 4096],
    [
      node('Not', ['none'], 'all'),
      node('NonZero', ['all'], 'places'),
      node('Cast', ['places'], 'q', FLOAT),
      node('Cast', ['a'], 'none', { to: 9 }),
    ],
  ),
  ofZeros(
    'non-maximum suppression of constants',
    [1, 60000, 4],
    [zeros('scores', 't'), node('NonMaxSuppression', ['a', 'scores', 'limit'], 'n'), node('Cast', ['n'], 'q', FLOAT)],
    [longs('t', [1, 1, 60000]), longs('limit', [60000])],
  ),
  ofZeros(
    'a cubic Resize of a constant',
    [1, 16, 2048, 2048],
    [node('Resize', ['a', '', '', 'z'], 'q', { mode: 'cubic', antialias: 1 })],
    [longs('z', [1, 16, 512, 512])],
  ),
  ofZeros(
    'a Gather of 8 GB',
    [2, 4096],
    [node('Gather', ['a', 'i'], 'q')],
    [
      longs(
        'i',
        times(4096, (i) => i % 2),
      ),
    ],
  ),
  ofZeros('a pad of a constant', [1, 1], [node('Pad', ['a', 'p'], 'q')], [longs('p', [0, 0, 8191, 8191])]),
  ofZeros(
    'a broadcast of a column and a row',
    [16384, 1],
    [node('Transpose', ['a'], 't'), node('Add', ['a', 't'], 'q')],
  ),
  onnx('one hot of 2^31 classes of a constant', () =>
    constantNetwork([node('OneHot', ['i', 'depth', 'values'], 'q')], 'q', [
      longs('i', [1]),
      longs('depth', [2 ** 31 - 1], [1]),
      floats('values', [2], [0, 1]),
    ]),
  ),
  onnx('an affine grid of 2^62 places', () =>
    constantNetwork([node('AffineGrid', ['a', 's'], 'q')], 'q', [
      floats('a', [1, 2, 3], [1, 2, 3, 4, 5, 6]),
      longs('s', [1, 1, 2 ** 31 - 1, 2 ** 31 - 1]),
    ]),
  ),
  onnx('zeros of a shape that overflows', () =>
    constantNetwork([zeros()], 'a', [
      longs(
        's',
        times(4, () => 2 ** 31 - 1),
      ),
    ]),
  ),
  onnx('zeros of a shape with 2^62', () => constantNetwork([zeros()], 'a', [longs('s', [2n ** 62n, 4])])),
  onnx('zeros of 32 megabytes, 64 times', () =>
    constantNetwork(
      [
        ...times(64, (i) => zeros(`a${i}`)),
        node(
          'Sum',
          times(64, (i) => `a${i}`),
          'q',
        ),
      ],
      'q',
      [longs('s', [2 ** 20])],
    ),
  ),
  onnx('a Tile to 2^28', () => constantNetwork([node('Tile', ['a', 'r'], 'q')], 'q', [one, longs('r', [2 ** 28])])),
  onnx('a Tile that doubles 26 times', () =>
    constantNetwork(
      repeated(26, (from) => ({ op: 'Tile', inputs: [from, 'r'] })),
      'q',
      [one, longs('r', [2])],
    ),
  ),
  onnx('a range in steps of almost nothing', () =>
    constantNetwork([node('Range', ['from', 'to', 'step'], 'q')], 'q', [
      floats('from', [], [0]),
      floats('to', [], [3e38]),
      floats('step', [], [1e-38]),
    ]),
  ),
  onnx('1,000 constants in a row', () =>
    network([...repeated(1000, (from) => ({ op: 'Neg', inputs: [from] })), node('Add', ['x', 'q'], 'y')], [one]),
  ),
  onnx('1,000 constants in a row, any size', () =>
    network(
      [...repeated(1000, (from) => ({ op: 'Neg', inputs: [from] })), node('Add', ['x', 'q'], 'y')],
      [one],
      ANY_SIZE,
    ),
  ),
  onnx('computations of a large constant in a row', () =>
    constantNetwork(
      repeated(2000, (from) => ({ op: 'Neg', inputs: [from] })),
      'q',
      [{ name: 'a', dims: [2 ** 18], type: 1, raw: new Uint8Array(2 ** 20) }],
    ),
  ),
  onnx('a constant as large as the picture, 20 times', () =>
    network(
      [
        node('Shape', ['x'], 's'),
        zeros(),
        ...repeated(20, (from) => ({ op: 'Exp', inputs: [from] })),
        node('Add', ['x', 'q'], 'y'),
      ],
      [],
      ANY_SIZE,
    ),
  ),
  onnx('quantised constants by 100,000 scales', () =>
    constantNetwork([node('DequantizeLinear', ['a', 'scale', 'zero'], 'q', { axis: 0 })], 'q', [
      { name: 'a', dims: [100000, 8], type: 3, raw: new Uint8Array(800000) },
      floats(
        'scale',
        [100000],
        times(100000, () => 1),
      ),
      { name: 'zero', dims: [100000], type: 3, raw: new Uint8Array(100000) },
    ]),
  ),
];
