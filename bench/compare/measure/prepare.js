// A network and a picture as a runtime wants them.

import { channelsLast } from '../formats/layout.js';
import { buildNetwork } from '../networks/build.js';
import { INPUT } from '../networks/network.js';
import { floats, uniform } from '../networks/random.js';

const INPUT_SEED = 99;

/**
 * @param {import('../runtimes/index.js').Runtime} runtime
 * @param {import('../networks/build.js').NetworkChoice} choice
 * @returns {Promise<{ prepared: unknown, input: Float32Array }>} the network in the runtime's format, and the picture
 */
export const prepareFor = async (runtime, choice) => {
  const network = buildNetwork(choice);
  const shape = network.shapes[INPUT];
  const picture = floats(
    uniform(INPUT_SEED),
    shape.reduce((product, size) => product * size, 1),
    1,
  );
  return {
    prepared: await runtime.prepare(network),
    input: runtime.channels(network) === 'last' ? channelsLast(picture, shape) : picture,
  };
};
