// What `require('groupwise')` gives. The network runtime is imported from the modules when the first model is loaded: it is on
// the disk and in memory once, whether an application imports it, requires it or does both.

import type { loadClassifier as LoadClassifier, loadModel as LoadModel } from '../index.js';

const modules = () => import('../index.js');

export const loadModel: typeof LoadModel = async (...args) => (await modules()).loadModel(...args);
export const loadClassifier: typeof LoadClassifier = async (...args) => (await modules()).loadClassifier(...args);

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
