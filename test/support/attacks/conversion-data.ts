// Attacks by the sizes of layers, and by tensors that ONNX files keep in other files.

import { floats, longs } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { image, network, onnx, times } from './conversion-attack.js';

/** An attack by a tensor beside the file. */
const beside = (name: string, dims: number[], external: Record<string, string>, count = 1): Attack =>
  onnx(
    name,
    () => ({
      ...network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]),
      tensors: times(count, (i) => ({ name: `w${i}`, dims, type: 1, external: { location: 'w.bin', ...external } })),
    }),
    { externalData: (_location, _offset, length) => new Uint8Array(Math.min(length ?? 0, 2 ** 16)) },
  );

/** Attacks by layers and by data beside the file. */
export const dataAttacks: readonly Attack[] = [
  onnx('a sequence of 100,000 rounds', () => ({
    ...network(
      [{ op: 'LSTM', inputs: ['x', 'w', 'w'], outputs: ['y'], attributes: { hidden_size: 1 } }],
      [floats('w', [1, 4, 1], [1, 1, 1, 1])],
    ),
    inputs: [{ name: 'x', dims: [100000, 1, 1] }],
  })),
  onnx('131,072 groups', () => ({
    ...network(
      [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { group: 2 ** 17 } }],
      [{ name: 'w', dims: [2 ** 17, 1, 1, 1], type: 1, raw: new Uint8Array(2 ** 19) }],
      image(2 ** 17, 1),
    ),
  })),
  onnx('a convolution whose weights are scattered', () =>
    network(
      [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
      [
        {
          name: 'w',
          dims: [1024, 1024, 1, 1],
          type: 1,
          raw: new Uint8Array(
            Float32Array.from({ length: 2 ** 20 }, (_, i) => Number(((i * 2654435761) >>> 0) % 7 === 0)).buffer,
          ),
        },
      ],
      image(1024, 1),
    ),
  ),
  ...['ScatterElements', 'ScatterND'].map((op) =>
    onnx(`${op} of one of 16 million`, () =>
      network(
        [{ op, inputs: ['x', 'i', 'u'], outputs: ['y'] }],
        [longs('i', [1], op === 'ScatterND' ? [1, 1] : [1]), floats('u', [1], [1])],
        [{ name: 'x', dims: [2 ** 24] }],
      ),
    ),
  ),
  onnx('the diagonal of ones of an input of 2^28', () =>
    network([{ op: 'EyeLike', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: [2 ** 14, 2 ** 14] }]),
  ),
  onnx('the upper half of an input of 2^28', () =>
    network([{ op: 'Trilu', inputs: ['x'], outputs: ['y'] }], [], [{ name: 'x', dims: [2 ** 14, 2 ** 14] }]),
  ),
  onnx('400 reshapes of the same constant', () =>
    network(
      times(400, (i) => [
        { op: 'Reshape', inputs: ['w', 's'], outputs: [`r${i}`] },
        { op: 'Add', inputs: [i ? `b${i - 1}` : 'x', `r${i}`], outputs: [i === 399 ? 'y' : `b${i}`] },
      ]).flat(),
      [{ name: 'w', dims: [2 ** 20, 1], type: 1, raw: new Uint8Array(2 ** 22) }, longs('s', [1, 2 ** 20])],
      [{ name: 'x', dims: [1, 1] }],
    ),
  ),
  onnx('a convolution whose window is the image', () =>
    network(
      [
        { op: 'Resize', inputs: ['x', '', '', 'z'], outputs: ['w'] },
        { op: 'Conv', inputs: ['w', 'w'], outputs: ['y'] },
      ],
      [longs('z', [1, 1, 2 ** 13, 2 ** 13])],
      image(1, 4),
    ),
  ),
  onnx('a transposed convolution in steps of 1,000', () =>
    network(
      [{ op: 'ConvTranspose', inputs: ['x', 'w'], outputs: ['y'], attributes: { strides: [1000, 1000] } }],
      [floats('w', [1, 1, 1, 1], [1])],
      image(1, 100),
    ),
  ),
  onnx('an image enlarged to 268 megapixels', () =>
    network(
      [{ op: 'Resize', inputs: ['x', '', '', 'z'], outputs: ['y'], attributes: { mode: 'linear' } }],
      [longs('z', [1, 1, 2 ** 14, 2 ** 14])],
      image(1, 4),
    ),
  ),
  beside('data beside the file without length', [2 ** 20, 2 ** 20], {}),
  beside('data beside the file of a negative size', [-1, 4], {}),
  beside('data beside the file whose length is another', [4], { length: '9007199254740991' }),
  beside('data beside the file from the end of the numbers', [4], { offset: '9007199254740991', length: '16' }),
  beside('data beside the file that is too short', [2 ** 16], {}),
  beside(
    'data beside the file of a shape that overflows',
    times(9, () => 2 ** 31),
    {},
  ),
  beside('data beside the file above its folder', [4], { location: '../../etc/passwd' }),
  beside('1,000 tensors of data beside the file in one place', [2 ** 14], {}, 1000),
];
