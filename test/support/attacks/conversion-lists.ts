// Attacks by ONNX files with long names, long lists, and shapes of very many or very large axes.

import { floats, longs, type ModelSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { chain, constantNetwork, image, network, NUMBERS, onnx, range, times } from './conversion-attack.js';

const LONG = 'n'.repeat(2 ** 22);
const ONES = times(1e6, () => 1);
const withTensor = (tensor: TensorSpec, op = 'Add', inputs = NUMBERS): ModelSpec =>
  network([{ op, inputs: ['x', tensor.name!], outputs: ['y'] }], [tensor], inputs);

const withAttribute = (
  op: string,
  attributes: NonNullable<ModelSpec['nodes'][0]['attributes']>,
  inputs = NUMBERS,
): ModelSpec => network([{ op, inputs: ['x'], outputs: ['y'], attributes }], [], inputs);

/** Attacks by long names, lists and shapes. */
export const listAttacks: readonly Attack[] = [
  onnx('a name of 4 MB', () => network([{ op: 'Relu', name: LONG, inputs: ['x'], outputs: ['y'] }])),
  onnx('an operator of 4 MB', () => network([{ op: LONG, inputs: ['x'], outputs: ['y'] }])),
  onnx('an output of 4 MB', () => ({ ...network([{ op: 'Relu', inputs: ['x'], outputs: [LONG] }]), outputs: [LONG] })),
  onnx('a value of 4 MB', () =>
    network([
      { op: 'Relu', inputs: ['x'], outputs: [LONG] },
      { op: 'Relu', inputs: [LONG], outputs: ['y'] },
    ]),
  ),
  onnx('an input of 4 MB that is missing', () => network([{ op: 'Relu', inputs: [LONG], outputs: ['y'] }])),
  onnx('an output of 4 MB that is no URL', () => ({
    ...network([]),
    outputs: ['https:'.repeat(7e5)],
  })),
  onnx('an input of 4 MB without a shape', () =>
    network([{ op: 'Relu', inputs: [LONG], outputs: ['y'] }], [], [{ name: LONG }]),
  ),
  onnx('1,000 names of 10 kB', () =>
    network(chain(1000, (from, to) => ({ op: 'Gelu', name: 'n'.repeat(10000), inputs: [from], outputs: [to] }))),
  ),
  onnx('5,000 problems', () => ({
    ...network(times(5000, (i) => ({ op: 'Foo', inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: times(5000, (i) => `y${i}`),
  })),
  onnx('3,000 long problems', () => ({
    ...network(times(3000, (i) => ({ op: 'F'.repeat(5000), inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: times(3000, (i) => `y${i}`),
  })),
  onnx('200 concatenations of 4,096 values', () =>
    network(
      chain(200, (from, to) => ({
        op: 'Concat',
        inputs: times(4096, () => from),
        outputs: [to],
        attributes: { axis: 1 },
      })),
    ),
  ),
  onnx('the order of 3,000,000 numbers', () =>
    network(
      [
        { op: 'TopK', inputs: ['c', 'k'], outputs: ['v', 'i'] },
        { op: 'ReduceSum', inputs: ['v'], outputs: ['s'] },
        { op: 'Add', inputs: ['x', 's'], outputs: ['y'] },
      ],
      [
        floats(
          'c',
          [3e6],
          times(3e6, (i) => Math.fround(Math.sin(i))),
        ),
        longs('k', [3e6]),
      ],
    ),
  ),
  onnx('an attribute of a million integers', () => withAttribute('Relu', { foo: ONES })),
  onnx('a permutation of a million axes', () => withAttribute('Transpose', { perm: range(1e6) })),
  onnx('a kernel of a million axes', () => withAttribute('MaxPool', { kernel_shape: ONES }, image(3, 4))),
  onnx('pads of a million axes', () => withAttribute('MaxPool', { kernel_shape: [2, 2], pads: ONES }, image(3, 4))),
  onnx('reduced by a million axes', () => ({ ...withAttribute('ReduceSum', { axes: ONES }), opset: 11 })),
  onnx('an axis of 2^53', () => withAttribute('Softmax', { axis: 2 ** 53 })),
  onnx('a million texts', () => withAttribute('Relu', { foo: { texts: times(1e6, String) } })),
  onnx('a constant of a million axes', () => withTensor({ name: 'c', dims: ONES, type: 1, floats: [1] })),
  onnx('a constant of a million axes of 2', () =>
    withTensor({ name: 'c', dims: ONES.map(() => 2), type: 1, floats: [1] }),
  ),
  onnx('an input of a million axes', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: ONES }]),
  ),
  onnx('an input of a million named axes', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: ONES.map(() => 'N') }]),
  ),
  onnx('an input of 2^29 numbers', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: [1, 2 ** 29] }]),
  ),
  onnx('an input whose size overflows', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: times(4, () => 2 ** 31) }]),
  ),
  onnx('a reshape to a million axes', () => withTensor(longs('c', ONES), 'Reshape')),
  onnx('an Expand to a million axes', () => withTensor(longs('c', ONES), 'Expand')),
  onnx('a Tile of a million axes', () => withTensor(longs('c', ONES), 'Tile')),
  onnx('a million new axes', () => withTensor(longs('c', range(1e6)), 'Unsqueeze')),
  onnx('a pad of 2^28', () => withTensor(longs('c', [0, 0, 0, 2 ** 28]), 'Pad')),
  onnx('a negative pad of 2^62', () => withTensor(longs('c', [0, 0, 0, -(2n ** 62n)]), 'Pad')),
  onnx('a million floats in a list', () =>
    constantNetwork([{ op: 'Neg', inputs: ['c'], outputs: ['q'] }], 'q', [floats('c', [1e6], range(1e6))]),
  ),
  onnx('a million integers in a list', () =>
    constantNetwork([{ op: 'Cast', inputs: ['c'], outputs: ['q'], attributes: { to: 1 } }], 'q', [
      longs('c', range(1e6)),
    ]),
  ),
  onnx('4 million bytes that become floats', () =>
    constantNetwork([{ op: 'Cast', inputs: ['c'], outputs: ['q'], attributes: { to: 1 } }], 'q', [
      { name: 'c', dims: [2 ** 22], type: 3, raw: new Uint8Array(2 ** 22) },
    ]),
  ),
  onnx('texts that are not there', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [{ name: 'c', dims: [1e6], type: 8 }]),
  ),
  onnx('100,000 entries of metadata', () => ({
    ...network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]),
    metadata: Object.fromEntries(times(1e5, (i) => [`k${i}`, 'v'])),
  })),
  onnx('20,000 tensors that nothing reads', () =>
    network(
      [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      times(2e4, (i) => floats(`c${i}`, [1], [i])),
    ),
  ),
];
