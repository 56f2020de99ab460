// What `groupwise` is in React Native, whose engine has no WebAssembly: its loaders name the entry that runs there.

import { EngineError } from '../errors.js';

const refuse = (): Promise<never> =>
  Promise.reject(
    new EngineError(
      "React Native has no WebAssembly: import from 'groupwise/react-native', whose <GroupwiseView /> runs models in a web view",
    ),
  );

/** Rejects. @throws {EngineError} with the entry to use */
export const loadModel = refuse;

/** Rejects. @throws {EngineError} with the entry to use */
export const loadClassifier = refuse;

/** Rejects. @throws {EngineError} with the entry to use */
export const prepare = refuse;

export * from '../public.js';
