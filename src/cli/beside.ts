// The files beside a network that hold its tensors, as PyTorch's exporter writes them.

import { dirname } from 'node:path';
import type { ReadExternalData } from '../converter/onnx/external.js';
import { externalDataReader } from '../node/external-data.js';
import { STANDARD } from './files.js';

/** Reads files in the folder of a network; undefined for standard input, which is in no folder. */
export const besideReader = (network: string): ReadExternalData | undefined =>
  network === STANDARD ? undefined : externalDataReader(dirname(network));
