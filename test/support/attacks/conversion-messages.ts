// Attacks by ONNX files that repeat a field of a message very often.

import { WireType } from '@bufbuild/protobuf/wire';
import type { Attack } from './attack.js';
import { onnxBytes, times } from './conversion-attack.js';
import { file, int, message, node, relu, repeat, text, type Write } from './onnx-messages.js';

const nothing: Write = () => {};

/** A million empty messages of a field of the model, after a network. */
const inModel = (what: string, field: number): Attack =>
  onnxBytes(`a million ${what}`, () =>
    file(
      relu,
      repeat(1e6, (one) => message(one, field, nothing)),
    ),
  );

/** A million empty messages of a field of the graph, after its nodes. */
const inGraph = (what: string, field: number): Attack =>
  onnxBytes(`a million ${what}`, () =>
    file((w) => {
      relu(w);
      repeat(1e6, (one) => message(one, field, nothing))(w);
    }),
  );

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
  inGraph('empty nodes', 1),
  inGraph('empty tensors', 5),
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
  inGraph('empty sparse tensors', 15),
  inModel('empty functions', 25),
  inModel('empty entries of metadata', 14),
  inModel('versions of operators', 8),
  inModel('graphs', 7),
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
