// Attacks by ONNX files that repeat a field of a message very often.

import { WireType } from '@bufbuild/protobuf/wire';
import type { Attack } from './attack.js';
import { onnxBytes, times } from './conversion-attack.js';
import { file, int, message, node, relu, repeat, text, type Write } from './onnx-messages.js';

const nothing: Write = () => {};

/** Attacks by the form of ONNX files. */
export const messageAttacks: readonly Attack[] = [
  onnxBytes('3 million integers, one field each', () =>
    file((w) => {
      node(w, 'Add', ['x', 'c'], ['y']);
      message(w, 5, (tensor) => {
        int(int(tensor, 1, 1), 2, 7);
        repeat(3e6, (one) => one.tag(7, WireType.Varint).int32(1))(tensor);
        text(tensor, 8, 'c');
      });
    }),
  ),
  onnxBytes('100,000 attributes', () =>
    file((w) =>
      node(w, 'Relu', ['x'], ['y'], (inside) =>
        times(1e5, (i) => message(inside, 5, (one) => int(int(text(one, 1, `a${i}`), 3, 1), 20, 2))),
      ),
    ),
  ),
  onnxBytes('a million empty nodes', () =>
    file((w) => [relu, repeat(1e6, (one) => message(one, 1, nothing))].forEach((write) => write(w))),
  ),
  onnxBytes('a million empty tensors', () =>
    file((w) => [relu, repeat(1e6, (one) => message(one, 5, nothing))].forEach((write) => write(w))),
  ),
  onnxBytes('a million empty inputs of a node', () =>
    file((w) =>
      node(
        w,
        'Relu',
        ['x'],
        ['y'],
        repeat(1e6, (one) => text(one, 1, '')),
      ),
    ),
  ),
  onnxBytes('a million empty attributes', () =>
    file((w) =>
      node(
        w,
        'Relu',
        ['x'],
        ['y'],
        repeat(1e6, (one) => message(one, 5, nothing)),
      ),
    ),
  ),
  onnxBytes('a million empty sparse tensors', () =>
    file((w) => [relu, repeat(1e6, (one) => message(one, 15, nothing))].forEach((write) => write(w))),
  ),
  onnxBytes('a million empty functions', () =>
    file(
      relu,
      repeat(1e6, (one) => message(one, 25, nothing)),
    ),
  ),
  onnxBytes('a million empty entries of metadata', () =>
    file(
      relu,
      repeat(1e6, (one) => message(one, 14, nothing)),
    ),
  ),
  onnxBytes('a million versions of operators', () =>
    file(
      relu,
      repeat(1e6, (one) => message(one, 8, nothing)),
    ),
  ),
  onnxBytes('a million graphs', () =>
    file(
      relu,
      repeat(1e6, (one) => message(one, 7, nothing)),
    ),
  ),
  onnxBytes('a million fields that mean nothing', () =>
    file(
      relu,
      repeat(1e6, (one) => one.tag(99, WireType.Varint).int32(1)),
    ),
  ),
  onnxBytes('groups inside of each other', () =>
    file(
      relu,
      repeat(1e5, (one) => one.tag(99, WireType.StartGroup)),
    ),
  ),
];
