// The files that cases load: models, pictures of every format, a network, a page in place of a model.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertOnnx } from '../src/convert.js';
import { openModel } from '../src/format/open.js';
import { writeModel } from '../src/format/write.js';
import { encodePng } from '../src/node/encode-png.js';
import { decodeImage } from '../src/node.js';
import { calibrate } from '../src/quantizer/calibrate.js';
import { quantizeGraph } from '../src/quantizer/quantize.js';
import { seeded } from './cases/model.js';
import { longs, writeOnnx } from '../test/support/onnx/write.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';

type Encoded = Record<string, { file: string }>;

/** A network with an op that few networks have: running sums. */
const sums = (): Promise<Uint8Array> =>
  convertOnnx(
    writeOnnx({
      nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
      inputs: [{ name: 'x', dims: [1, 6] }],
      outputs: ['y'],
      tensors: [longs('axis', [1])],
    }),
  );

/** The network of the bundled model in integers, by ranges that its values have for random numbers; without softmax, which is none. */
const inIntegers = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const { graph, metadata } = await openModel(bytes);
  const calibration = await calibrate(
    graph,
    [1, 2, 3].map((seed) => seeded(seed)),
  );
  const { graph: whole } = await quantizeGraph(calibration);
  const nodes = whole.nodes.slice(0, -1);
  const outputs = [{ name: whole.outputs[0]!.name, value: nodes.at(-1)!.output }];
  return writeModel({ graph: { ...whole, nodes, outputs }, metadata }, 'f32');
};

/** Writes the files to a folder in `folder`, and returns its path. */
export const prepareFiles = async (folder: string): Promise<string> => {
  const target = join(folder, 'files');
  mkdirSync(target);
  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(target, name), bytes);
  const encoded = JSON.parse(readFileSync('test/fixtures/encoded.json', 'utf8')) as Encoded;
  const picture = (name: string): Buffer => Buffer.from(encoded[name]!.file, 'base64');
  copyFileSync(MODEL, join(target, 'model.gw'));
  write('int8.gw', await inIntegers(readFileSync(MODEL)));
  copyFileSync('test/fixtures/tiny/separable.onnx', join(target, 'network.onnx'));
  copyFileSync('examples/pictures/cat.jpg', join(target, 'cat.jpg'));
  write('rare.gw', await sums());
  write('cat.png', encodePng(await decodeImage(readFileSync('examples/pictures/cat.jpg'))));
  write('turned.jpg', picture('jpeg orientation 6'));
  write('photo.webp', picture('webp'));
  write('page.html', Buffer.from('<!doctype html><title>not a model</title>'));
  return target;
};
