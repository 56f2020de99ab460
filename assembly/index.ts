// The kernels that the planner can bind.

export { conv } from "./conv";
export { depthwise, depthwise3x3 } from "./depthwise";
export { gemm } from "./gemm";
