// A CommonJS module with both forms of import.

import { loadModel, type Model } from 'groupwise';
import groupwise = require('groupwise');

export const load = async (bytes: Uint8Array): Promise<Model> =>
  groupwise.hasSimd() ? loadModel(bytes) : groupwise.loadModel(bytes, { deterministic: true });
