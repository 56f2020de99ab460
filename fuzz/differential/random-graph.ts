// A random ONNX network with random inputs.

import { writeOnnx } from '../../test/support/onnx/write.js';
import { picker } from '../engine/mutate.js';
import { GraphMaker, sizeOf } from './graph-maker.js';
import { ELEMENT_NODES } from './random-elements.js';
import { LAYER_NODES } from './random-layers.js';
import { MOVE_NODES } from './random-moves.js';

/** A network, its inputs, and the operators in it. */
export type RandomGraph = {
  onnx: Uint8Array;
  inputs: Record<string, { data: Float32Array; shape: number[] }>;
  ops: string[];
};

const MAX_NODES = 14;
/** An odd number that spreads neighbouring seeds. */
const SPREAD = 0x9e3779b9;

/** The network of a seed; the same seed gives the same network. */
export const randomGraph = (seed: number): RandomGraph => {
  const pick = picker(Math.imul(seed + 1, SPREAD));
  const maker = new GraphMaker(pick);
  const isPicture = !maker.chance(3);
  const side = (): number => maker.between(1, 9);
  const channels = maker.one([1, 2, 3, 4, 6, 8]);
  maker.input(
    isPicture ? [maker.between(1, 2), channels, side(), side()] : Array.from({ length: maker.between(1, 4) }, side),
  );
  if (maker.chance(4)) maker.input(maker.values[0]!.shape);
  const kinds = isPicture ? [LAYER_NODES, LAYER_NODES, ELEMENT_NODES, MOVE_NODES] : [ELEMENT_NODES, MOVE_NODES];
  for (let left = maker.between(1, MAX_NODES), tries = 0; left > 0 && tries < 200; tries++) {
    if (maker.one(maker.one(kinds))(maker)) left--;
  }
  const { spec, inputs, ops } = maker.finish();
  const numbers = (shape: readonly number[]): Float32Array =>
    Float32Array.from({ length: sizeOf(shape) }, () => (pick(65) - 32) / 8);
  return {
    onnx: writeOnnx(spec),
    inputs: Object.fromEntries(inputs.map(({ name, shape }) => [name, { data: numbers(shape), shape: [...shape] }])),
    ops,
  };
};
