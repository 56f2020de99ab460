// What is there before the modules are imported.

export { EngineError, FormatError, ImageError, LoadError, ShapeError, UnsupportedError } from '../errors.js';
export { presets } from '../image/presets.js';
export { VERSION } from '../version.js';
export { hasRelaxedSimd, hasSimd } from '../kernels/wasm.js';
