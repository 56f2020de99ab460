// ONNX files, parsed.

import { parseOnnx } from '../../src/converter/onnx/protobuf.js';
import { expect, type Target } from '../engine/target.js';
import { onnxSeeds } from '../support/networks.js';

const MAX_LENGTH = 5000;

export const target: Target = {
  seeds: () => onnxSeeds(MAX_LENGTH),
  run: (bytes) => {
    const { graph } = parseOnnx(bytes);
    expect(
      graph.nodes.every(({ opType }) => typeof opType === 'string'),
      'a node without an operator',
    );
  },
  maxLength: MAX_LENGTH,
};
