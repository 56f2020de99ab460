// The kernels that the planner can bind.

export { argmax } from "./argmax";
export { conv } from "./conv";
export { convTransposeDepthwise, convTransposeEnd, convTransposeRuns, convTransposeStart } from "./conv-transpose";
export { depthwise, depthwise3x3 } from "./depthwise";
export { gemm } from "./gemm";
export { lrn } from "./lrn";
export { normalizeGroups, normalizeRows } from "./normalize";
export { pack } from "./pack";
export { poolAverage, poolLp, poolMax } from "./pool";
export {
  reduceAbs, reduceLog, reduceLogSumExp, reduceMax, reduceMin, reduceProduct, reduceRoot, reduceSquares, reduceSum,
} from "./reduce";
export { resample } from "./resample";
export { logSoftmax, softmax } from "./softmax";
