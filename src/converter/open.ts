// A network's file of any format, told by its first bytes.

import { networkFormat } from '../file-kinds.js';
import type { ReadExternalData } from './onnx/external.js';
import { openOnnx } from './onnx/open.js';
import type { Network } from './reading/network.js';
import { openTflite } from './tflite/open.js';

/** Opens a TensorFlow Lite or an ONNX file. @throws as `openTflite` and `openOnnx` */
export const openNetwork = async (bytes: Uint8Array, readExternalData?: ReadExternalData): Promise<Network> =>
  networkFormat(bytes) === 'TensorFlow Lite model' ? openTflite(bytes) : openOnnx(bytes, readExternalData);
