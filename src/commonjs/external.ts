// What `require('groupwise/external')` gives; see index.ts.

import type { loadClassifier as LoadClassifier, loadModel as LoadModel } from '../external.js';

const modules = () => import('../external.js');

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
