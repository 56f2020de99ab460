// The networks and the description of the machine that the comparison with other runtimes has, which is JavaScript.

import { convertOnnx } from '../src/convert.js';

/** A network of the comparison: its architecture, learned groups, form, and how large it is. */
export type NetworkChoice = {
  architecture: string;
  groups: number;
  form: string;
  width?: number;
  size?: number;
};

/** What a measurement ran on. */
export type Machine = Record<'processor' | 'system' | 'node' | 'v8', string> & Record<'cores' | 'memoryGiB', number>;

type Harness = {
  buildNetwork: (choice: NetworkChoice) => object;
  toOnnx: (network: object, options: { batch: number }) => Uint8Array;
  describeMachine: () => Machine;
};

const load = async (file: string): Promise<Harness> =>
  (await import(new URL(`../../bench/compare/${file}`, import.meta.url).href)) as Harness;

const { buildNetwork } = await load('networks/build.js');
const { toOnnx } = await load('formats/onnx.js');

/** The processor, the system and the engine. */
export const { describeMachine } = await load('measure/machine.js');

/** The model file of a network with seeded random weights. */
export const modelOf = (choice: NetworkChoice, batch = 1): Promise<Uint8Array> =>
  convertOnnx(toOnnx(buildNetwork(choice), { batch }));
