// Reads model files with every op, as `openModel` does, without waiting for the ops that few networks have.

import { readModel as readWith, type StoredModel } from '../../src/format/read.js';
import { rareOps } from '../../src/ops/rare.js';

/** The network of a model file. @throws {FormatError} if the bytes are something else, damaged or inconsistent */
export const readModel = (bytes: Uint8Array): StoredModel => readWith(bytes, rareOps);
