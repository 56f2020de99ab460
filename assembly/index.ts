// The kernels that the planner can bind.

export { argmax } from "./argmax";
export { binary } from "./binary";
export { binaryInt } from "./binary-int";
export { floatToBool, floatToInt, intToBool, intToFloat } from "./cast";
export { clip } from "./clip";
export { copyRows } from "./concat";
export { conv } from "./conv";
export { convTransposeDepthwise, convTransposeEnd, convTransposeRuns, convTransposeStart } from "./conv-transpose";
export { move } from "./copy";
export { depthwise, depthwise3x3 } from "./depthwise";
export {
  gateBelow, gateColumns, gateFilters, gateKept, gateOffsets, gateOutputs, gatePad, gateReads, gateRecord, gateUnion,
} from "./gate";
export { gather } from "./gather";
export { gemm } from "./gemm";
export { lrn } from "./lrn";
export { normalizeGroups, normalizeRows } from "./normalize";
export { pack } from "./pack";
export { poolAverage, poolLp, poolMax } from "./pool";
export {
  reduceAbs, reduceLog, reduceLogSumExp, reduceMax, reduceMin, reduceProduct, reduceRoot, reduceSquares, reduceSum,
} from "./reduce";
export { remap } from "./remap";
export { resample } from "./resample";
export { logSoftmax, softmax } from "./softmax";
export { transpose } from "./transpose";
export { unary, unaryInt } from "./unary";
export { where } from "./where";
