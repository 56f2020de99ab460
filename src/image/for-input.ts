// The preprocessing that fits the input of a network.

import { check, type Kind } from '../arguments.js';
import { ArgumentError } from '../errors.js';
import { showShape, type TensorInfo } from '../ir/tensor.js';
import { checkPreprocess } from './preprocess-check.js';
import { presets } from './presets.js';
import type { Preprocess } from './preprocess-spec.js';

/** A preset by its name, or all of the preprocessing. */
export type PreprocessOption = keyof typeof presets | Preprocess;

const NAMES = Object.keys(presets);

/** The kind of a `PreprocessOption`; `preprocessFor` checks the fields of an object. */
export const PREPROCESS: Kind = {
  expected: `${NAMES.map((name) => `"${name}"`).join(', ')} or an object`,
  fits: (value) => (typeof value === 'object' && value !== null) || NAMES.includes(value as string),
};

/** The size of photos for networks that take any. */
export const USUAL_SIZE = 224;

const isOpen = (size: number): boolean => size < 0;

/**
 * The preprocessing that an option means for a network.
 *
 * @param inputs the network's inputs; -1 for sizes that are open
 * @throws {ArgumentError} if the network does not take one photo, or one of another size
 */
export const preprocessFor = (option: PreprocessOption, inputs: readonly TensorInfo[]): Preprocess => {
  const shape = inputs[0]?.shape ?? [];
  const [, channels, height, width] = shape;
  if (inputs.length !== 1 || shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new ArgumentError(
      `preprocessing needs one input [N,3,height,width] or [N,1,height,width]; the network takes ${inputs.map((input) => showShape(input.shape)).join(', ')}`,
    );
  }
  check('preprocess', option, PREPROCESS);
  if (typeof option === 'string' && (width !== height || channels !== 3)) {
    throw new ArgumentError(
      `preprocessing "${option}" is for square RGB inputs; the network takes ${showShape(shape)}: describe it in full`,
      'preprocess',
    );
  }
  const preprocess = checkPreprocess(
    typeof option === 'string' ? presets[option](isOpen(width!) ? USUAL_SIZE : width!) : option,
  );
  const own = preprocess.order === 'grey' ? 1 : 3;
  const fits = (size: number, expected: number) => isOpen(expected) || size === expected;
  if (!fits(preprocess.width, width!) || !fits(preprocess.height, height!) || own !== channels) {
    throw new ArgumentError(
      `preprocessing gives [1,${own},${preprocess.height},${preprocess.width}]; the network takes ${showShape(shape)}`,
      'preprocess',
    );
  }
  return preprocess;
};
