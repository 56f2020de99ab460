// The charts of the comparison, from the results of its tables.

import { barsOf } from './bars.js';
import { speedChart } from './speed-chart.js';
import { measuredTables } from './stored.js';

/** The tables of README.md's chart. */
const SPEED = ['mobilenetv2', 'learned-groups'];

/** Where the bars of a table are. @param {string} name of the table */
export const barsPath = (name) => `docs/images/benchmarks/bars-${name}.svg`;

/** The charts of all tables with other runtimes that were measured in Node or in Chromium, by path. @returns {Record<string, string>} */
export const charts = () => {
  const measured = ['node', 'chromium'].flatMap(measuredTables);
  const speed = SPEED.map((wanted) => measured.find(({ name }) => name === wanted)?.results).filter(Boolean);
  return {
    ...(speed.length === SPEED.length && { 'docs/images/speed.svg': speedChart(speed) }),
    ...Object.fromEntries(measured.map(({ name, results }) => [barsPath(name), barsOf(results)])),
  };
};
