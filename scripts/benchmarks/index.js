// What documents show of measurements: generated parts by name, and charts by path.

import { charts } from '../../bench/compare/report/charts.js';
import {
  bars,
  comparison,
  comparisonInChromium,
  inInt8,
  notMeasured,
  provenance,
  speed,
  threads,
} from './comparison.js';
import { measurementCharts, measurements } from './measurements.js';

/** Each writes the text of a part. @type {Record<string, () => string>} */
export const benchmarkParts = {
  comparisonPlain: () => comparison('plain'),
  comparisonRelaxed: () => comparison('relaxed'),
  comparisonCommands: provenance,
  notMeasured,
  comparisonInChromium,
  comparisonBars: bars,
  inInt8,
  speed,
  threads,
  ...measurements,
};

/** All charts. @returns {Record<string, string>} */
export const benchmarkCharts = () => ({ ...charts(), ...measurementCharts() });
