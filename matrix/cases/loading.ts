// Cases: where models come from.

import { expectEqual, type Case } from './case.js';

export const loading: readonly Case[] = [
  {
    name: 'a model from bytes',
    run: async ({ library, read, options }) => {
      const classifier = await library.loadClassifier(await read('model.gw'), options);
      expectEqual(classifier.classes.length, 10);
      classifier.dispose();
    },
  },
];
