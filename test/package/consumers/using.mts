// `using` needs types that are in no library before ESNext: the package brings them.

import { loadModel } from 'groupwise';

export const count = async (bytes: Uint8Array): Promise<number> => {
  using model = await loadModel(bytes);
  return model.describe().layers.length;
};
