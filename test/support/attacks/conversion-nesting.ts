// Attacks by networks inside of each other: branches, loops and functions of ONNX files.

import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Attack } from './attack.js';
import { onnxBytes, times } from './conversion-attack.js';
import { file, info, int, message, networkAttribute, node, scalar, text, type Write } from './onnx-messages.js';

/** A branch of which both sides read `from`; the first holds `inner`. */
const branch = (writer: BinaryWriter, from: string, to: string, inner: Write): void =>
  node(writer, 'If', ['condition'], [to], (w) => {
    networkAttribute(w, 'then_branch', inner);
    networkAttribute(w, 'else_branch', (other) => {
      node(other, 'Relu', [from], ['e']);
      info(other, 12, 'e');
    });
  });

/** The bytes of a network of Ifs inside of each other, from the innermost on: recursion would not get this deep. */
const nested = (depth: number): Uint8Array => {
  let bytes: Uint8Array | undefined;
  for (let i = 0; i <= depth; i++) {
    const [inner, writer] = [bytes, new BinaryWriter()];
    if (inner) branch(writer, 'x', 'o', (w) => w.raw(inner));
    else node(writer, 'Relu', ['x'], ['o']);
    info(writer, 12, 'o');
    bytes = writer.finish();
  }
  return bytes!;
};

const ifs = (depth: number): Uint8Array =>
  file((w) => {
    const inner = nested(depth);
    branch(w, 'x', 'y', (inside) => inside.raw(inner));
    scalar(w, 'condition', 9, 1);
  });

type Call = { op: string; domain?: string };

/** A function of `a` that calls something `calls` times. */
const functionOf = (writer: BinaryWriter, name: string, calls: number, { op, domain }: Call, more?: Write): void =>
  message(writer, 25, (w) => {
    text(w, 1, name);
    text(w, 4, 'a');
    text(w, 5, 'b');
    for (let i = 0; i < calls; i++) {
      const [from, to] = [i ? `c${i - 1}` : 'a', i === calls - 1 ? 'b' : `c${i}`];
      message(w, 7, (call) => {
        text(text(text(call, 1, from), 2, to), 4, op);
        if (domain) text(call, 7, domain);
      });
    }
    more?.(w);
    text(w, 10, 'd');
  });

const callOf =
  (op: string): Write =>
  (w) =>
    node(w, op, ['x'], ['y'], (call) => text(call, 7, 'd'));

/** Functions that call the next one `calls` times each. */
const functions = (count: number, calls: number, last: string): Uint8Array =>
  file(callOf('F0'), (w) => {
    for (let i = 0; i < count; i++)
      functionOf(w, `F${i}`, calls, i < count - 1 ? { op: `F${i + 1}`, domain: 'd' } : { op: last });
  });

/** A loop of as many rounds. */
const loop = (rounds: number, body: Write): Uint8Array =>
  file((w) => {
    node(w, 'Loop', ['rounds', 'condition', 'x'], ['y'], (inside) =>
      networkAttribute(inside, 'body', (graph) => {
        for (const name of ['round', 'before', 'v']) info(graph, 11, name);
        body(graph);
        node(graph, 'Identity', ['before'], ['after']);
        for (const name of ['after', 'w']) info(graph, 12, name);
      }),
    );
    scalar(w, 'condition', 9, 1);
    scalar(w, 'rounds', 7, rounds);
  });

/** Attacks by networks inside of networks. */
export const nestingAttacks: readonly Attack[] = [
  ...[60, 100, 1000].map((depth) => onnxBytes(`${depth} Ifs inside of each other`, () => ifs(depth))),
  onnxBytes('1,000 Ifs in a row', () =>
    file((w) => {
      for (let i = 0; i < 1000; i++) {
        const from = i ? `b${i - 1}` : 'x';
        branch(w, from, i === 999 ? 'y' : `b${i}`, (inner) => {
          node(inner, 'Relu', [from], ['e']);
          info(inner, 12, 'e');
        });
      }
      scalar(w, 'condition', 9, 1);
    }),
  ),
  onnxBytes('40 functions of 8 calls of the next', () => functions(40, 8, 'Relu')),
  onnxBytes('40 functions of 8 calls that come to nothing', () => functions(40, 8, 'Identity')),
  onnxBytes('63 functions of one call of the next', () => functions(63, 1, 'Relu')),
  onnxBytes('1,000 functions of one call of the next', () => functions(1000, 1, 'Relu')),
  onnxBytes('a function that calls itself', () =>
    file(callOf('F'), (w) => functionOf(w, 'F', 1, { op: 'F', domain: 'd' })),
  ),
  onnxBytes('a function that calls itself twice', () =>
    file(callOf('F'), (w) => functionOf(w, 'F', 2, { op: 'F', domain: 'd' })),
  ),
  onnxBytes('500 calls of a function with 5,000 nodes that nothing reads', () =>
    file(
      (w) => {
        for (let i = 0; i < 500; i++)
          node(w, 'F', [i ? `b${i - 1}` : 'x'], [i === 499 ? 'y' : `b${i}`], (call) => text(call, 7, 'd'));
      },
      (w) =>
        functionOf(w, 'F', 1, { op: 'Relu' }, (more) => {
          for (let k = 0; k < 5000; k++)
            message(more, 7, (unread) => text(text(text(unread, 1, 'a'), 2, `u${k}`), 4, 'Relu'));
        }),
    ),
  ),
  onnxBytes('a loop of 1,000 rounds', () => loop(1000, (w) => node(w, 'Relu', ['v'], ['w']))),
  onnxBytes('a loop of 2^31 rounds', () => loop(2 ** 31, (w) => node(w, 'Relu', ['v'], ['w']))),
  onnxBytes('a loop of 1,000 rounds of 60 nodes that do nothing', () =>
    loop(1000, (w) => times(60, (i) => node(w, 'Identity', [i ? `q${i - 1}` : 'v'], [i === 59 ? 'w' : `q${i}`]))),
  ),
  onnxBytes('a loop that doubles a value', () =>
    loop(1000, (w) =>
      node(w, 'Concat', ['v', 'v'], ['w'], (inside) =>
        message(inside, 5, (axis) => int(int(text(axis, 1, 'axis'), 3, 1), 20, 2)),
      ),
    ),
  ),
];
