// Small ONNX and TensorFlow Lite networks as seeds.

import { readdirSync, readFileSync } from 'node:fs';
import { Conversion } from '../../src/converter/conversion.js';
import type { Network } from '../../src/converter/reading/network.js';
import { readModel } from '../../src/format/read.js';
import { rareOps } from '../../src/ops/rare.js';
import { BANDS, SMALL } from '../../test/support/model-file.js';
import { writeOnnx } from '../../test/support/onnx/write.js';
import { fileOf } from '../../test/support/tflite/case.js';
import { TFLITE_CASES } from '../../test/support/tflite/cases.js';

const TINY = 'test/fixtures/tiny/';

/** ONNX networks of at most `maxLength` bytes. */
export const onnxSeeds = (maxLength: number): Record<string, Uint8Array> => {
  const written = Object.entries({ ...SMALL, bands: BANDS }).map(([name, spec]) => [name, writeOnnx(spec)] as const);
  const stored = readdirSync(TINY)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => [name, new Uint8Array(readFileSync(TINY + name))] as const);
  return Object.fromEntries([...written, ...stored].filter(([, { length }]) => length <= maxLength));
};

/** TensorFlow Lite networks of one operator each. */
export const tfliteSeeds = (maxLength: number): Record<string, Uint8Array> =>
  Object.fromEntries(
    TFLITE_CASES.map((one) => [one.name, fileOf(one)] as const).filter(([, { length }]) => length <= maxLength),
  );

/** Converts a network and reads the result. @throws an error that is a finding if that is refused */
export const convertAndRead = async (network: Network): Promise<void> => {
  const bytes = (await Conversion.from(network)).bytes();
  try {
    readModel(bytes, rareOps);
  } catch (error) {
    throw new Error(`contradiction: a converted network is refused: ${(error as Error).message}`, { cause: error });
  }
};
