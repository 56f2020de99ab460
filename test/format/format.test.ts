// The model file: files are read as they were written, and every error is reported by name.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { FormatError } from '../../src/errors.js';
import { readModel } from '../support/read-model.js';
import type { ModelFile } from '../../src/format/read.js';
import { writeModel } from '../../src/format/write.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { Value } from '../../src/ir/value.js';
import { binary } from '../../src/ops/binary.js';
import { presets } from '../../src/image/presets.js';
import { putTogether, repaired, SMALL, smallModels, takeApart, type Sections } from '../support/model-file.js';
import { writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const models = await smallModels();
const small = models.convolutions!;

const messageOf = (bytes: Uint8Array): string => {
  try {
    readModel(bytes);
  } catch (error) {
    assert.instance(error, FormatError, (error as Error).stack);
    return (error as FormatError).message;
  }
  return assert.unreachable('it was read') as never;
};

const constants = suite('constants');

constants('a bool other than 0 and 1 is refused', () => {
  const valueOf = (name: string, data?: Int32Array): Value => ({ name, shape: [2], type: 'bool', data });
  const fileOf = (...flags: number[]): Uint8Array => {
    const [x, y] = [valueOf('x'), valueOf('y')];
    const node: Node = {
      name: 'y',
      op: binary,
      attrs: { kind: 'and' },
      inputs: [x, valueOf('', Int32Array.from(flags))],
      output: y,
    };
    return writeModel(
      { graph: { inputs: [x], nodes: [node], outputs: [{ name: 'y', value: y }], dynamicBatch: false }, metadata: {} },
      'f32',
    );
  };
  readModel(fileOf(0, 1));
  assert.match(messageOf(fileOf(1, 7)), /bool constant/);
  assert.match(messageOf(fileOf(-1, 0)), /bool constant/);
});

constants.run();

const round = suite('round trip');

const plain = ({ graph, metadata, testVector }: ModelFile): unknown => {
  const values = [...graph.inputs, ...graph.nodes.flatMap(({ inputs, output }) => [...inputs, output])];
  const describe = ({ name, shape, type, data }: Value) => ({
    name: data ? '' : name,
    shape,
    type,
    data: data && [...data],
  });
  return {
    metadata,
    testVector,
    dynamicBatch: graph.dynamicBatch,
    inputs: graph.inputs.map(describe),
    nodes: graph.nodes.map(({ name, op, attrs, inputs, output }) => ({
      name,
      op: op.name,
      attrs,
      inputs: inputs.map((input) => values.indexOf(input)),
      output: describe(output),
    })),
    constants: values.filter(({ data }) => data).map(describe),
    outputs: graph.outputs.map(({ name, value }) => [name, values.indexOf(value)]),
  };
};

const metadata = {
  labels: ['tench', 'Löwe', ''],
  preprocess: {
    ...presets.imagenet(224),
    resize: 'letterbox',
    shortSide: 0,
    filter: 'bicubic',
    order: 'BGR',
    fill: 114,
  } as const,
  license: 'Apache-2.0',
  producer: 'a test',
  source: 'https://example.org/net?a=1&b=ü',
  pruned: 300,
};

for (const [name, bytes] of Object.entries(models)) {
  round(`${name} comes back as it was, and gives the same bytes`, () => {
    const { graph } = readModel(bytes);
    const testVector = {
      inputs: graph.inputs.map(({ shape }) =>
        seededFloats(
          shape.reduce((a, b) => a * b, 1),
          1,
          -1,
          1,
        ),
      ),
      outputs: [] as Float32Array[],
    };
    testVector.outputs = graph.outputs.map(({ value }) =>
      seededFloats(
        value.shape.reduce((a, b) => a * b, 1),
        2,
        -1,
        1,
      ),
    );
    const isFloat = [...graph.inputs, ...graph.outputs.map(({ value }) => value)].every(
      ({ type }) => type === 'float32',
    );
    const file: ModelFile = {
      graph,
      metadata: {
        ...metadata,
        preprocess: { ...metadata.preprocess, mean: [...metadata.preprocess.mean], std: [...metadata.preprocess.std] },
      },
      ...(isFloat && { testVector }),
    };
    const written = writeModel(file, 'f32');
    assert.equal(plain(readModel(written)), plain(file));
    assert.equal(writeModel(readModel(written), 'f32'), written);
  });
}

round('converting twice gives the same bytes', async () => {
  for (const [name, spec] of Object.entries(SMALL))
    assert.equal(await convertOnnx(writeOnnx(spec)), models[name], name);
});

round('a file of an earlier version gives its license, preprocessing and test vector', () => {
  const { metadata, testVector } = readModel(new Uint8Array(readFileSync('models/cifar10-mobilenetv2-msgc/model.gw')));
  assert.is(metadata.license, 'MIT');
  assert.equal([metadata.labels!.length, metadata.preprocess!.width], [10, 32]);
  assert.equal([testVector!.inputs[0]!.length, testVector!.outputs[0]!.length], [3 * 32 * 32, 10]);
});

round('a file is read from the middle of a buffer, aligned or not', () => {
  for (const shift of [0, 1, 2, 3, 4, 64]) {
    const buffer = new Uint8Array(small.length + 100).fill(255);
    buffer.set(small, shift);
    assert.equal(plain(readModel(buffer.subarray(shift, shift + small.length))), plain(readModel(small)));
  }
});

round.run();

const kinds = suite('other files');

for (const [name, [bytes, message]] of Object.entries<[Uint8Array, RegExp]>({
  nothing: [new Uint8Array(0), /an empty file/],
  index: [new TextEncoder().encode('{"groupwise": 1,'), /an index of a model in parts: give its URL or path/],
  'a few bytes': [text('abc'), /only 3 bytes/],
  'an HTML page': [text('\n <!DOCTYPE html><html lang="en"><title>404</title></html>'), /an HTML file/],
  'an HTML page without doctype': [text('<html><body>not found</body></html>'), /an HTML file/],
  'an ONNX model': [writeOnnx(SMALL.convolutions!), /an ONNX model: convert it/],
  'a TFLite model': [Uint8Array.from([28, 0, 0, 0, ...text('TFL3'), ...new Uint8Array(60)]), /TensorFlow Lite/],
  'a Git LFS pointer': [text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'), /Git LFS pointer/],
  'a gzip file': [new Uint8Array(gzipSync(small)), /gzip/],
  'a zip file': [text('PK\x03\x04 and more'), /zip/],
  JSON: [text('{"error":"not found"}'), /JSON/],
  'a photo': [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 1, 1, 1), /JPEG/],
  'something else': [text('This is some text of no kind.'), /something else/],
  'a file that lost its bytes beyond ASCII': [text(new TextDecoder().decode(small)), /not a groupwise model/],
  'a file whose line ends were changed': [
    Uint8Array.from([...small].filter((byte) => byte !== 13)),
    /not a groupwise model/,
  ],
})) {
  kinds(`${name} is told`, () => assert.match(messageOf(bytes), message));
}

kinds.run();

const faults = suite('wrong files');

const withWord = (at: number, value: number): Uint8Array => {
  const copy = small.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
};

const withByte = (at: number, value: number): Uint8Array => {
  const copy = small.slice();
  copy[at] = value;
  return repaired(copy);
};

const sections = takeApart(small);
const metadataOf = (...bytes: number[]): Uint8Array =>
  putTogether([Uint8Array.from(bytes), sections[1], sections[2], sections[3]]);
const graphPlus = (bytes: Uint8Array): Uint8Array => putTogether([sections[0], bytes, sections[2], sections[3]]);
const endOfGraph = 64 + sections[0].length + sections[1].length;
const withPart = (index: number, part: Uint8Array): Uint8Array =>
  putTogether(sections.map((own, i) => (i === index ? part : own)) as Sections);

/** The small network with a fault; shapes are not brought in line. */
const withGraph = (change: (graph: Graph, node: (op: string) => Node) => void): Uint8Array => {
  const { graph } = readModel(small.slice());
  change(graph, (op) => graph.nodes.find((node) => node.op.name === op)!);
  return writeModel({ graph, metadata: {} }, 'f32');
};

const withPreprocess = (change: object): Uint8Array => {
  const preprocess = { ...presets.imagenet(224), ...change };
  return writeModel({ graph: readModel(small).graph, metadata: { preprocess } }, 'f32');
};

const floats = (count: number): Uint8Array => new Uint8Array(count * 4);

const FAULTS: Record<string, [() => Uint8Array, RegExp]> = {
  'cut off inside of the header': [() => small.subarray(0, 40), /truncated: only 40 bytes/],
  'cut off': [() => small.subarray(0, small.length - 1), /truncated: \d+ of \d+ bytes/],
  longer: [() => Uint8Array.from([...small, 0]), /unexpected trailing bytes: 1/],
  'of a newer version': [() => withWord(8, 5), /version 5 .* reads up to 4: update/],
  'of version 0': [() => withWord(8, 0), /version 0 .* does not exist/],
  damaged: [() => withWord(12, 7), /damaged: the checksum does not match/],
  'with a section too late': [() => repaired(withWord(28, 65 + sections[0].length)), /section graph is out of place/],
  'with a section that is too long': [() => repaired(withWord(40, 2 ** 31)), /section weights is out of place/],
  'with a section that ends too early': [() => repaired(withWord(40, 64)), /section test vector is out of place/],
  "with something in the header's rest": [() => withByte(60, 1), /a gap is not zero \(byte 60\)/],
  'with something in a gap': [() => withByte(endOfGraph, 1), /a gap is not zero/],
  'with an unknown metadata field': [() => metadataOf(6, 0), /metadata field 6 is not known to this version/],
  'with metadata out of order': [() => metadataOf(4, 1, 0, 3, 1, 0), /out of order/],
  'with metadata twice': [() => metadataOf(4, 2, 1, 65, 4, 2, 1, 65), /out of order/],
  'with metadata longer than its section': [() => metadataOf(4, 9, 65), /ends too early/],
  'with metadata longer than its contents': [() => metadataOf(4, 3, 1, 65, 0), /unexpected trailing bytes: 1/],
  'with text that is not UTF-8': [() => metadataOf(4, 3, 2, 0xc3, 0x28), /not UTF-8/],
  'with too large a number': [() => metadataOf(4, 0xff, 0xff, 0xff, 0xff, 0xff, 1), /too many bytes/],
  'with unknown flags': [() => graphPlus(Uint8Array.from([4, ...sections[1].subarray(1)])), /unknown flags 4/],
  'with bytes after the graph': [() => graphPlus(Uint8Array.from([...sections[1], 0])), /unexpected trailing bytes: 1/],
  'with an unknown operator': [
    () => withGraph((_, node) => (node('softmax').op = { ...node('softmax').op, code: 255 })),
    /operator 255 is not known/,
  ],
  'with a node that reads a later value': [
    () => withGraph((graph) => (graph.nodes[1]!.inputs[0] = graph.nodes.at(-1)!.output)),
    /reads a later value/,
  ],
  'with a value that does not exist': [
    () => graphPlus(Uint8Array.from([...sections[1].subarray(0, -1), 127])),
    /output "y" does not exist/,
  ],
  'with the wrong number of inputs': [
    () => withGraph((_, node) => node('softmax').inputs.push(node('softmax').inputs[0]!)),
    /\(softmax\) has 2 inputs/,
  ],
  'with a wrong shape': [
    () => withGraph((_, node) => (node('softmax').output.shape = [1, 4])),
    /produces \[1,3\]; the file says \[1,4\]/,
  ],
  'with a wrong type': [
    () => withGraph((_, node) => (node('softmax').output.type = 'int32')),
    /does not produce int32/,
  ],
  'with a bad attribute': [() => withGraph((_, node) => (node('conv').attrs.strides = [0, 1])), /\(conv\): .*stride/],
  'with an attribute that is NaN': [
    () => withGraph((_, node) => (node('unary').attrs.alpha = NaN)),
    /\(unary\): .*NaN/,
  ],
  'with weights that are computed': [
    () =>
      withGraph((graph, node) => {
        const weights = node('conv').inputs[1]!;
        graph.inputs.push({ name: 'w', shape: weights.shape, type: 'float32' });
        graph.dynamicBatch = false;
        node('conv').inputs[1] = graph.inputs[1]!;
      }),
    /input weights of conv must be a constant/,
  ],
  'with 7 axes': [
    () => withGraph((graph) => (graph.inputs[0]!.shape = [1, 1, 1, 1, 1, 1, 1])),
    /7 exceeds the limit of 6/,
  ],
  'with a size of 0': [
    () => withGraph((graph) => (graph.inputs[0]!.shape = [1, 0, 6, 6])),
    /shape \[1,0,6,6\] is out of range/,
  ],
  'with a huge size': [
    () => withGraph((graph) => (graph.inputs[0]!.shape = [1, 2 ** 31, 6, 6])),
    /2147483648 exceeds the limit of/,
  ],
  'with a huge shape': [
    () => withGraph((graph) => (graph.inputs[0]!.shape = [1, 2 ** 28, 2 ** 28, 6])),
    /is out of range/,
  ],
  'with a batch of 2': [
    () => withGraph((graph) => (graph.inputs[0]!.shape = [2, 3, 6, 6])),
    /first size of an input is not 1/,
  ],
  'with axes that follow from sizes': [
    () =>
      withGraph((graph, node) => {
        graph.openSizes = { axes: [[3]], multiple: 1 };
        const from = graph.inputs[0]!;
        node('reduce').derived = [{ attr: 'axes', index: 0, from, axes: [3], times: 1, over: 1, plus: -4 }];
      }),
    /has no such numbers that follow from sizes/,
  ],
  'with two inputs of one name': [
    () => withGraph((graph) => graph.inputs.push({ ...graph.inputs[0]! })),
    /the same name/,
  ],
  'with two outputs of one name': [() => withGraph((graph) => graph.outputs.push(graph.outputs[0]!)), /the same name/],
  'without outputs': [() => withGraph((graph) => (graph.outputs.length = 0)), /no output/],
  'with a name of 2000 bytes': [
    () =>
      graphPlus(
        Uint8Array.from([
          ...sections[1].subarray(0, -3),
          0xd0,
          15,
          ...new Uint8Array(2000).fill(65),
          sections[1].at(-1)!,
        ]),
      ),
    /2000 exceeds the limit of 1024/,
  ],
  'with too few weights': [() => withPart(2, sections[2].subarray(0, -4)), /a constant extends past the weights/],
  'with too many weights': [
    () => withPart(2, Uint8Array.from([...sections[2], ...floats(1)])),
    /the weights are longer than the constants/,
  ],
  'with something between weights': [
    () => {
      const copy = sections[2].slice();
      copy[4 * 3 * 3 * 3 * 4] = 1;
      return withPart(2, copy);
    },
    /a gap is not zero/,
  ],
  'with too short a test vector': [() => withPart(3, floats(110)), /the test vector has no numbers for/],
  'with too long a test vector': [() => withPart(3, floats(112)), /the test vector has more numbers/],
  'with pre-processing to 0 pixels': [() => withPreprocess({ width: 0 }), /pre-processing: preprocess\.width is 0/],
  'with pre-processing to too many pixels': [
    () => withPreprocess({ height: 2 ** 31 }),
    /preprocess\.height is 2147483648/,
  ],
  'with a mean of NaN': [() => withPreprocess({ mean: [NaN] }), /preprocess\.mean is \[NaN/],
  'with an infinite mean': [() => withPreprocess({ mean: [0, Infinity, 0] }), /preprocess\.mean is \[.*Infinity/],
  'with a deviation of 0': [() => withPreprocess({ std: [1, 1, 0] }), /preprocess\.std is \[.*, 0\]/],
  'with two means': [() => withPreprocess({ mean: [1, 2] }), /preprocess\.mean is \[.*; expected a list of 1 or 3/],
  'with a divisor of NaN': [() => withPreprocess({ divisor: NaN }), /preprocess\.divisor is NaN/],
  'with a divisor of 0': [() => withPreprocess({ divisor: 0 }), /preprocess\.divisor is 0/],
  'with a divisor below 0': [() => withPreprocess({ divisor: -1 }), /preprocess\.divisor is -1/],
  'with a resize of no kind': [() => withPreprocess({ resize: 'other' }), /an index into 5 choices is out of range/],
  'with a short side that nothing uses': [() => withPreprocess({ resize: 'squash' }), /preprocess\.shortSide is 256/],
};

for (const [name, [make, message]] of Object.entries(FAULTS)) {
  faults(`a file ${name} is refused`, () => assert.match(messageOf(make()), message));
}

faults('metadata fields from 128 on are skipped', () => {
  const file = readModel(metadataOf(4, 2, 1, 65, 200, 3, 1, 2, 3));
  assert.equal(file.metadata, { producer: 'A' });
});

faults('texts that could not be read again are not written', () => {
  const { graph } = readModel(small);
  assert.throws(
    () => writeModel({ graph, metadata: { license: 'ü'.repeat(513) } }, 'f32'),
    /has 1026 bytes; the limit is 1024/,
  );
  assert.ok(readModel(writeModel({ graph, metadata: { license: 'ü'.repeat(512) } }, 'f32')));
});

faults('messages tell the byte', () => {
  assert.is(
    (() => {
      try {
        readModel(withByte(60, 1));
      } catch (error) {
        return (error as FormatError).offset;
      }
    })(),
    60,
  );
});

faults.run();
