// Runs LiteRT in Python on models and inputs. PYTHON names a Python that has the packages numpy and ai-edge-litert.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A model and the numbers of its inputs. */
export type LitertJob = { tflite: Uint8Array; inputs: readonly Float32Array[] };

/** The numbers of each output, or why LiteRT does not run the model. */
export type LitertResult = Float32Array[] | string;

const SCRIPT = 'test/fixtures/run_litert.py';

const floatsOf = (path: string): Float32Array => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

const outputsOf = (path: string): Float32Array[] => {
  const outputs: Float32Array[] = [];
  while (existsSync(`${path}.out${outputs.length}`)) outputs.push(floatsOf(`${path}.out${outputs.length}`));
  return outputs;
};

/** The outputs of all jobs; run it in the root of the project. @param delegates with XNNPACK, as applications do */
export const runLitert = (jobs: readonly LitertJob[], delegates = false): LitertResult[] => {
  const folder = mkdtempSync(join(tmpdir(), 'litert-'));
  try {
    const paths = jobs.map((_, index) => join(folder, `m${index}`));
    jobs.forEach(({ tflite, inputs }, index) => {
      writeFileSync(`${paths[index]}.tflite`, tflite);
      inputs.forEach((numbers, at) => writeFileSync(`${paths[index]}.in${at}`, numbers));
    });
    const python = process.env.PYTHON ?? 'python3';
    execFileSync(python, [SCRIPT, folder, ...(delegates ? ['--delegates'] : [])], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return paths.map((path) => (existsSync(`${path}.error`) ? readFileSync(`${path}.error`, 'utf8') : outputsOf(path)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
