// The kernels of every model: the exports of the WebAssembly module. The folders `int8` and `gated` have modules of their own.

export { depthwise } from './conv/depthwise';
export { depthwiseRows } from './conv/depthwise-rows';
export { gemm } from './conv/gemm';
export { interleave, pack } from './conv/pack';
export { conv } from './conv/panels';
export { convTransposeDepthwise, convTransposeRuns, convTransposeStart } from './conv/transpose';
export { winogradInput, winogradOutput, winogradProducts } from './conv/winograd';
export { winogradWeights } from './conv/winograd-weights';
export { binary } from './elementwise/binary';
export { binaryInt } from './elementwise/binary-int';
export { floatToBool, floatToInt, intToBool, intToFloat } from './elementwise/cast';
export { clip } from './elementwise/clip';
export { sigmoid } from './elementwise/sigmoid';
export { unary, unaryInt } from './elementwise/unary';
export { where } from './elementwise/where';
export { normalizePixels } from './image/normalize';
export { greyPixels, resizeAcross, resizeDown, widenPixels } from './image/rows';
export { copyRows, move } from './move/copy';
export { gather } from './move/gather';
export { remap } from './move/remap';
export { transpose } from './move/transpose';
export { argmax } from './reduce/argmax';
export { sumStripes } from './reduce/checksum';
export { lrn } from './reduce/lrn';
export { normalizeGroups, normalizeRows } from './reduce/normalize';
export {
  reduceAbs,
  reduceLog,
  reduceLogSumExp,
  reduceMax,
  reduceMin,
  reduceProduct,
  reduceRoot,
  reduceSquares,
  reduceSum,
} from './reduce/reduce';
export { logSoftmax, softmax } from './reduce/softmax';
export { poolMax, poolSum } from './spatial/pool';
export { resample } from './spatial/resample';
