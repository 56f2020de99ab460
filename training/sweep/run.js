// Converts a network and runs it: node run.js network.onnx input.npy FOLDER writes 0.npy, 1.npy ... and prints what happened as JSON.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertOnnx } from 'groupwise/convert';
import { loadModel, readNpy, writeNpy } from 'groupwise/node';

const [network, input, folder] = process.argv.slice(2);

/** Runs a step and ends the process with a description of its error. */
const attempt = async (step, action) => {
  try {
    return await action();
  } catch (error) {
    console.log(JSON.stringify({ state: step, message: `${error.name}: ${error.message}` }));
    process.exit();
  }
};

const onnx = new Uint8Array(await readFile(network));
const started = performance.now();
const file = await attempt('not converted', () => convertOnnx(onnx));
const seconds = (performance.now() - started) / 1000;
const outputs = await attempt('not run', async () => {
  const model = await loadModel(file);
  const results = model.run({ [model.inputs[0].name]: readNpy(new Uint8Array(await readFile(input))) });
  return Object.entries(results);
});
for (const [index, [, tensor]] of outputs.entries()) await writeFile(join(folder, `${index}.npy`), writeNpy(tensor));
console.log(JSON.stringify({ state: 'ran', outputs: outputs.map(([name]) => name), convert_seconds: seconds }));
