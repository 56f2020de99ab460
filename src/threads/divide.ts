// How the work of each kernel is divided. Numbers are the places of arguments.

import type { Kernels } from '../kernels/wasm.js';
import {
  binaryAxis,
  convertedRows,
  elements,
  maxWindows,
  meanWords,
  planePixels,
  poolRows,
  productPixels,
  remapAxis,
  sigmoids,
  softmaxPlaces,
  transposeColumns,
} from './divide-elements.js';
import { depthwisePixels, gemmColumns, panelProduct, placeProducts, tiles, windowRows } from './divide-products.js';
import { ELEMENT, type Divide } from './divisible.js';

/** The kernels that are divided. */
export const DIVIDE: { readonly [Name in keyof Kernels]?: Divide } = {
  conv: (args) => panelProduct(args, 11, args[9], args[10]),
  gemm: gemmColumns,
  winogradInput: (args) => tiles(args, 7, 0, args[5]!, args[3]),
  winogradProducts: placeProducts,
  winogradOutput: (args) => tiles(args, 10, 1, args[8]!, args[5]),
  depthwiseRows: (args) => windowRows(args, 7, args[6]!),
  depthwise: depthwisePixels,
  poolMax: (args) => poolRows(args, 10),
  poolSum: (args) => poolRows(args, 11),
  remap: remapAxis,
  transpose: transposeColumns,
  binary: binaryAxis,
  sigmoid: sigmoids,
  unary: (args) => elements(args, 2),
  softmax: softmaxPlaces,
  logSoftmax: softmaxPlaces,

  convInt8: (args) => panelProduct(args, 9),
  winogradInputInt8: (args) => tiles(args, 6, 0, args[4]!),
  winogradSumsInt8: placeProducts,
  winogradOutputInt8: (args) => tiles(args, 8, 1, args[6]!),
  depthwiseInt8: (args) => windowRows(args, 8, args[7]! * 2),
  addInt8: (args) => elements(args, 3, ELEMENT * 2),
  mapInt8: (args) => elements(args, 2, ELEMENT * 4),
  mulInt8: productPixels,
  quantizeInt8: (args) => convertedRows(args, 1, 0),
  quantizePlanesInt8: planePixels,
  dequantizeInt8: (args) => convertedRows(args, 0, 1),
  maxInt8: maxWindows,
  meanInt8: meanWords,
};
