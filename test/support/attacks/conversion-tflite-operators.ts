// Attacks by operators of TensorFlow Lite: how many inputs they have, and their options.

import type { Attack } from './attack.js';
import { range, tflite, times } from './conversion-attack.js';
import { BIG, ints, model, one, x, y } from './tflite-models.js';

/** A FlexBuffer: a map of as many entries as it says, of which it has none. */
const flexMap = (length: number): Uint8Array => {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 8, true); // the keys: here, which is anywhere
  view.setUint32(12, 4, true);
  view.setUint32(16, length, true);
  view.setUint32(60 - 4, 36, true);
  bytes.set([4, 0, 38, 4], 60);
  return bytes;
};

/** Attacks by operators of TensorFlow Lite. */
export const tfliteOperatorAttacks: readonly Attack[] = [
  tflite('a sum of 20,000 inputs of TensorFlow Lite', () =>
    model([x(), y()], [{ op: 'ADD_N', inputs: times(20000, () => 0), outputs: [1] }]),
  ),
  tflite('a CONCATENATION of 20,000 inputs', () =>
    model([x(), y()], [{ op: 'CONCATENATION', inputs: times(20000, () => 0), outputs: [1], options: { axis: 1 } }]),
  ),
  tflite('a CONCATENATION of 4,000 inputs', () =>
    model([x(), y()], [{ op: 'CONCATENATION', inputs: times(4000, () => 0), outputs: [1], options: { axis: 1 } }]),
  ),
  tflite('a PACK of 4,000 inputs', () =>
    model([x(), y()], [{ op: 'PACK', inputs: times(4000, () => 0), outputs: [1], options: { values_count: 4000 } }]),
  ),
  tflite('a SPLIT into 2^31', () =>
    model([x(), y(), ints([1], [])], [{ op: 'SPLIT', inputs: [2, 0], outputs: [1], options: { num_splits: BIG } }]),
  ),
  tflite('an UNPACK into 2^31', () =>
    model([x(), y()], [{ op: 'UNPACK', inputs: [0], outputs: [1], options: { num: BIG, axis: 1 } }]),
  ),
  one('a reshape to a shape that overflows', 'RESHAPE', [ints(times(6, () => BIG))]),
  one('a reshape to a million axes of TensorFlow Lite', 'RESHAPE', [ints(times(1e6, () => 1))]),
  one('a reshape by options of a million axes', 'RESHAPE', [], { options: { new_shape: times(1e6, () => 1) } }),
  one('a squeeze of a million axes', 'SQUEEZE', [], { options: { squeeze_dims: times(1e6, (i) => i) } }),
  one('a transpose of a million axes', 'TRANSPOSE', [ints(range(1e6))]),
  one('a pad of 2^31', 'PAD', [ints([0, 0, 0, BIG], [2, 2])]),
  one(
    'a mirror of a million',
    'MIRROR_PAD',
    [ints([0, 0, 2 ** 20, 2 ** 20], [2, 2])],
    { options: { mode: 1 } },
    x([1, 2 ** 20]),
  ),
  one('a sparse tensor of one element of 2^27', 'ADD', [
    {
      shape: [2 ** 27],
      data: new Uint8Array(4),
      sparsity: { order: [0], blocks: [], levels: [{ segments: [0, 1], indices: [0] }] },
    },
  ]),
  one('a TILE of 2^31', 'TILE', [ints([BIG, BIG])]),
  one('a BROADCAST_TO of 2^62', 'BROADCAST_TO', [ints([BIG, BIG, 3])]),
  one('a GATHER of 100,000 of 4,096', 'GATHER', [ints(times(1e5, () => 0))], { options: { axis: 0 } }, x([1, 4096])),
  one('a STRIDED_SLICE in steps of 0', 'STRIDED_SLICE', [ints([0, 0]), ints([1, 3]), ints([0, 0])]),
  one(
    'a STRIDED_SLICE of 32 new axes',
    'STRIDED_SLICE',
    [ints(times(32, () => 0)), ints(times(32, () => 1)), ints(times(32, () => 1))],
    { options: { new_axis_mask: -1 } },
  ),
  one('SPACE_TO_DEPTH by 2^31', 'SPACE_TO_DEPTH', [], { options: { block_size: BIG } }, x([1, 4, 4, 1])),
  one('DEPTH_TO_SPACE by 0', 'DEPTH_TO_SPACE', [], { options: { block_size: 0 } }, x([1, 4, 4, 1])),
  one(
    'pooling by 2^31',
    'MAX_POOL_2D',
    [],
    { options: { filter_width: BIG, filter_height: BIG, stride_w: 1, stride_h: 1 } },
    x([1, 4, 4, 1]),
  ),
  one(
    'pooling in steps of 0',
    'MAX_POOL_2D',
    [],
    { options: { filter_width: 2, filter_height: 2, stride_w: 0, stride_h: 0 } },
    x([1, 4, 4, 1]),
  ),
  one('an image enlarged to 2^62', 'RESIZE_BILINEAR', [ints([BIG, BIG])], {}, x([1, 4, 4, 1])),
  one('one hot of 2^31 classes', 'ONE_HOT', [ints([BIG], []), ints([1], []), ints([0], [])], { options: { axis: -1 } }),
  tflite('zeros of 2^31', () =>
    model(
      [x(), y(), ints([BIG, BIG]), ints([0], []), { shape: [1] }],
      [
        { op: 'FILL', inputs: [2, 3], outputs: [4] },
        { op: 'ADD', inputs: [0, 4], outputs: [1] },
      ],
    ),
  ),
  tflite('a range of 2^31 of TensorFlow Lite', () =>
    model(
      [x(), y(), ints([0], []), ints([BIG], []), ints([1], []), { shape: [1] }],
      [
        { op: 'RANGE', inputs: [2, 3, 4], outputs: [5] },
        { op: 'ADD', inputs: [0, 5], outputs: [1] },
      ],
    ),
  ),
  one('options of 4 MB', 'TFLite_Detection_PostProcess', [], { custom: new Uint8Array(2 ** 22) }),
  one('options that are damaged', 'TFLite_Detection_PostProcess', [], {
    custom: new Uint8Array([255, 255, 255, 255, 38, 4]),
  }),
  one('options of one byte', 'TFLite_Detection_PostProcess', [], { custom: new Uint8Array([1]) }),
  ...[1, 64, 65, BIG, 2 ** 32 - 1].map((length) =>
    one(
      `options that say ${length} entries`,
      'TFLite_Detection_PostProcess',
      [{ shape: [3, 4], data: new Uint8Array(48) }, { shape: [1, 3, 2] }],
      { custom: flexMap(length) },
      x([1, 3, 4]),
    ),
  ),
];
