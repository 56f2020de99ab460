// Real networks and photos beside the checkout. Tests that need them are skipped if they are missing.

import { existsSync } from 'node:fs';

/** The folder of the data. */
export const DATA = '../shared/data';

/** Whether the data are there. */
export const hasData = existsSync(DATA);

/** Says which tests are skipped if the data are missing. */
export const noteSkippedWithoutData = (tests: string): void => {
  if (!hasData) console.log(`skipped, no ${DATA}: ${tests}`);
};
