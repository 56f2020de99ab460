// The pre-processing that fits the input of a network.

import type { TensorInfo } from '../ir/tensor.js';
import { showShape } from '../ir/tensor.js';
import { checkPreprocess } from './preprocess-check.js';
import { presets } from './presets.js';
import type { Preprocess } from './preprocess-spec.js';

/** A preset by its name, or all of the pre-processing. */
export type PreprocessOption = keyof typeof presets | Preprocess;

/**
 * The pre-processing that an option means for a network.
 *
 * @throws {TypeError} or {RangeError} if the network does not take one photo, or one of another size
 */
export const preprocessFor = (option: PreprocessOption, inputs: readonly TensorInfo[]): Preprocess => {
  const shape = inputs[0]?.shape ?? [];
  const [, channels, height, width] = shape;
  if (inputs.length !== 1 || shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new TypeError(
      `pre-processing needs one input [N,3,height,width] or [N,1,height,width]; the network takes ${inputs.map((input) => showShape(input.shape)).join(', ')}`,
    );
  }
  if (typeof option === 'string' && !Object.hasOwn(presets, option)) {
    throw new TypeError(
      `pre-processing "${option}" is not known; expected ${Object.keys(presets).join(', ')} or an object`,
    );
  }
  if (typeof option === 'string' && (width !== height || channels !== 3)) {
    throw new TypeError(
      `pre-processing "${option}" is for square RGB inputs; the network takes ${showShape(shape)}: describe it in full`,
    );
  }
  const preprocess = checkPreprocess(typeof option === 'string' ? presets[option](width!) : option);
  const own = preprocess.order === 'grey' ? 1 : 3;
  if (preprocess.width !== width || preprocess.height !== height || own !== channels) {
    throw new TypeError(
      `pre-processing gives [1,${own},${preprocess.height},${preprocess.width}]; the network takes ${showShape(shape)}`,
    );
  }
  return preprocess;
};
