// What `require('groupwise/node')` gives; see index.ts.

import type { decodeImage as DecodeImage, loadClassifier as LoadClassifier, loadModel as LoadModel } from '../node.js';

const modules = () => import('../node.js');

export const loadModel: typeof LoadModel = async (...args) => (await modules()).loadModel(...args);
export const loadClassifier: typeof LoadClassifier = async (...args) => (await modules()).loadClassifier(...args);
export const decodeImage: typeof DecodeImage = async (...args) => (await modules()).decodeImage(...args);

export { readNpy, writeNpy } from '../node/npy.js';
export {
  EngineError,
  FormatError,
  ImageError,
  LoadError,
  ShapeError,
  VERSION,
  hasRelaxedSimd,
  hasSimd,
  presets,
} from './at-once.js';
