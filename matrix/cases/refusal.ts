// The case of places that may not compile WebAssembly.

import { codeOf, expectEqual, type Case } from './case.js';

/** What a Content-Security-Policy needs, which the error says. */
const CURE = "'wasm-unsafe-eval'";

export const refusal: Case = {
  name: 'WebAssembly is forbidden: the error names the cure',
  run: async ({ library, read }) => {
    const bytes = await read('model.gw');
    const load = () => library.loadClassifier(bytes);
    expectEqual(await codeOf(load), 'GW_ENGINE');
    const { message } = (await load().catch((error: unknown) => error)) as Error;
    if (!message.includes(CURE)) throw new Error(`the error says ${message}`);
  },
};
