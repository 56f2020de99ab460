// What `require('groupwise/convert')` gives; see index.ts.

import type { convertOnnx as ConvertOnnx } from '../convert.js';

export const convertOnnx: typeof ConvertOnnx = async (...args) => (await import('../convert.js')).convertOnnx(...args);

export { FormatError, ShapeError, UnsupportedError, presets } from './at-once.js';
