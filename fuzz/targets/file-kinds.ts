// What a file is, by its first bytes.

import { describeBytes, networkFormat, pictureFormat, showStart } from '../../src/file-kinds.js';
import { expect, type Target } from '../engine/target.js';
import { picturesOf } from '../support/pictures.js';

const first = (files: Record<string, Uint8Array>): Uint8Array => Object.values(files)[0]!;

export const target: Target = {
  seeds: () => ({
    ...Object.fromEntries(
      ['JPEG', 'PNG', 'WebP', 'GIF'].map((format) => [format, first(picturesOf(format)).slice(0, 64)]),
    ),
    html: Buffer.from('<!doctype html><html>'),
    json: Buffer.from('{"modelTopology": {}}'),
    onnx: Uint8Array.of(8, 7, 18, 2, 112, 116),
  }),
  run: (bytes) => {
    const format = pictureFormat(bytes) ?? networkFormat(bytes);
    const description = describeBytes(bytes, 'picture');
    expect(!format || description !== undefined, `${format} without a description`);
    showStart(bytes);
  },
  maxLength: 512,
};
