// Attacks by ONNX files themselves: long names, lists, shapes and data, networks inside of each other, data beside the file.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { floats, longs, type ModelSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';
import { chain, constantNetwork, image, network, NUMBERS, onnx, onnxBytes, range, times } from './conversion-attack.js';

type Write = (writer: BinaryWriter) => void;

const message = (writer: BinaryWriter, field: number, write: Write): void => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};

const text = (writer: BinaryWriter, field: number, value: string): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).string(value);

const int = (writer: BinaryWriter, field: number, value: number): BinaryWriter =>
  writer.tag(field, WireType.Varint).int64(value);

const node = (writer: BinaryWriter, op: string, from: string[], to: string[], more?: Write): void =>
  message(writer, 1, (w) => {
    for (const name of from) text(w, 1, name);
    for (const name of to) text(w, 2, name);
    text(w, 4, op);
    more?.(w);
  });

const info = (writer: BinaryWriter, field: number, name: string): void =>
  message(writer, field, (w) => {
    text(w, 1, name);
    message(w, 2, (type) =>
      message(type, 1, (tensor) => {
        int(tensor, 1, 1);
        message(tensor, 2, (shape) => [1, 3].forEach((size) => message(shape, 1, (dim) => int(dim, 1, size))));
      }),
    );
  });

/** A file from `x` to `y`. */
const file = (nodes: Write, more?: Write): Uint8Array => {
  const writer = new BinaryWriter();
  int(writer, 1, 8);
  message(writer, 7, (w) => {
    nodes(w);
    info(w, 11, 'x');
    info(w, 12, 'y');
  });
  message(writer, 8, (w) => int(w, 2, 17));
  more?.(writer);
  return writer.finish();
};

const relu: Write = (w) => node(w, 'Relu', ['x'], ['y']);

const networkAttribute = (writer: BinaryWriter, name: string, nodes: Write): void =>
  message(writer, 5, (w) => {
    text(w, 1, name);
    int(w, 20, 5);
    message(w, 6, nodes);
  });

const scalar = (writer: BinaryWriter, name: string, type: number, value: number): void =>
  message(writer, 5, (w) => {
    int(w, 2, type);
    message(w, type === 7 ? 7 : 5, (values) => values.int64(value));
    text(w, 8, name);
  });

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

const repeat =
  (count: number, write: Write): Write =>
  (w) => {
    for (let i = 0; i < count; i++) write(w);
  };

const LONG = 'n'.repeat(2 ** 24);
const ONES = times(1e6, () => 1);
const nothing: Write = () => {};

const withTensor = (tensor: TensorSpec, op = 'Add', inputs = NUMBERS): ModelSpec =>
  network([{ op, inputs: ['x', tensor.name!], outputs: ['y'] }], [tensor], inputs);

const withAttribute = (
  op: string,
  attributes: NonNullable<ModelSpec['nodes'][0]['attributes']>,
  inputs = NUMBERS,
): ModelSpec => network([{ op, inputs: ['x'], outputs: ['y'], attributes }], [], inputs);

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

/** Attacks by the form of ONNX files. */
export const messageAttacks: readonly Attack[] = [
  onnx('a name of 16 MB', () => network([{ op: 'Relu', name: LONG, inputs: ['x'], outputs: ['y'] }])),
  onnx('an operator of 16 MB', () => network([{ op: LONG, inputs: ['x'], outputs: ['y'] }])),
  onnx('an output of 16 MB', () => ({ ...network([{ op: 'Relu', inputs: ['x'], outputs: [LONG] }]), outputs: [LONG] })),
  onnx('a value of 16 MB', () =>
    network([
      { op: 'Relu', inputs: ['x'], outputs: [LONG] },
      { op: 'Relu', inputs: [LONG], outputs: ['y'] },
    ]),
  ),
  onnx('an input of 16 MB that is missing', () => network([{ op: 'Relu', inputs: [LONG], outputs: ['y'] }])),
  onnx('1,000 names of 10 kB', () =>
    network(chain(1000, (from, to) => ({ op: 'Gelu', name: 'n'.repeat(10000), inputs: [from], outputs: [to] }))),
  ),
  onnx('50,000 problems', () => ({
    ...network(times(50000, (i) => ({ op: 'Foo', inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: times(50000, (i) => `y${i}`),
  })),
  onnx('3,000 long problems', () => ({
    ...network(times(3000, (i) => ({ op: 'F'.repeat(5000), inputs: ['x'], outputs: [`y${i}`] }))),
    outputs: times(3000, (i) => `y${i}`),
  })),
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
  onnx('4 million floats in a list', () =>
    constantNetwork([{ op: 'Neg', inputs: ['c'], outputs: ['q'] }], 'q', [floats('c', [4e6], range(4e6))]),
  ),
  onnx('4 million integers in a list', () =>
    constantNetwork([{ op: 'Cast', inputs: ['c'], outputs: ['q'], attributes: { to: 1 } }], 'q', [
      longs('c', range(4e6)),
    ]),
  ),
  onnx('16 million bytes that become floats', () =>
    constantNetwork([{ op: 'Cast', inputs: ['c'], outputs: ['q'], attributes: { to: 1 } }], 'q', [
      { name: 'c', dims: [2 ** 24], type: 3, raw: new Uint8Array(2 ** 24) },
    ]),
  ),
  onnx('texts that are not there', () =>
    network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], [{ name: 'c', dims: [1e6], type: 8 }]),
  ),
  onnx('100,000 entries of metadata', () => ({
    ...network([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]),
    metadata: Object.fromEntries(times(1e5, (i) => [`k${i}`, 'v'])),
  })),
  onnx('100,000 tensors that nothing reads', () =>
    network(
      [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      times(1e5, (i) => floats(`c${i}`, [1], [i])),
    ),
  ),
  onnx('200,000 tensors that nothing reads', () =>
    network(
      [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      times(2e5, (i) => floats(`c${i}`, [1], [i])),
    ),
  ),
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
  ...[60, 100, 5000].map((depth) => onnxBytes(`${depth} Ifs inside of each other`, () => ifs(depth))),
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
