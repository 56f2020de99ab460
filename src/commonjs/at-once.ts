// What is there before the modules are imported.

export { EngineError, FormatError, ImageError, LoadError, ShapeError, UnsupportedError } from '../errors.js';
export { presets } from '../image/preprocess.js';
export { VERSION } from '../version.js';
export { hasRelaxedSimd, hasSimd } from '../wasm.js';
