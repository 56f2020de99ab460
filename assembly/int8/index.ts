// The kernels of int8 networks: a module of their own, loaded with the models that need it. Integers are sums and products
// without rounding, and factors are multiplied without fusing, so that every engine computes the same.
//
// An int8 value is stored as 16-bit integers: its number minus the zero point, -255 to 255. The channels of a pixel are padded
// with zero to an even count, so that a pixel is a whole number of 32-bit words.

export { convInt8 } from './conv';
export { depthwiseInt8 } from './depthwise';
export { addInt8, mapInt8, mulInt8 } from './elementwise';
export { dequantizeInt8, quantizeInt8, quantizePlanesInt8 } from './convert';
export { maxInt8, meanInt8 } from './pool';
export { winogradInputInt8, winogradOutputInt8, winogradSumsInt8 } from './winograd';
