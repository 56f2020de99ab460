// The results of a table, as stored in its JSON file.

import { DENSE } from '../networks/build.js';
import { OURS } from '../runtimes/index.js';

/**
 * @typedef {object} RuntimeInfo
 * @property {string} name
 * @property {string} title
 * @property {string | null} packageName
 * @property {string} version
 * @property {number | null} downloadBytes gzipped; null for native code
 *
 * @typedef {object} Figure  how one runtime ran one form of the network
 * @property {string} runtime
 * @property {'plain' | 'relaxed'} simd
 * @property {string} form
 * @property {number} cpuMs processor time of the cheapest run, by all threads of the process
 * @property {number} fastestMs of the fastest run on the clock
 * @property {number} medianMs on the clock
 * @property {number} loadMs import, compilation and loading of the network
 * @property {number} firstMs the first run
 * @property {number} difference of the output from the reference's, relative to the largest value
 *
 * @typedef {object} Results
 * @property {string} title
 * @property {string} command
 * @property {string} date
 * @property {Record<string, string | number | null>} machine
 * @property {number} rounds
 * @property {number} runs of a round
 * @property {{ architecture: string, groups: number, form: string, macs: number }[]} networks
 * @property {RuntimeInfo[]} runtimes
 * @property {Figure[]} figures
 */

/** Whether a table compares forms of learned groups, beside the dense network. @param {Results} results */
export const hasGroups = ({ networks }) => networks.some(({ form }) => form !== DENSE);

/**
 * @param {Results} results @param {string} runtime @param {string} simd @param {string} form @returns {Figure |
 * undefined}
 */
export const figureOf = ({ figures }, runtime, simd, form) =>
  figures.find((figure) => figure.runtime === runtime && figure.simd === simd && figure.form === form);

/**
 * How a runtime runs the table's network fastest: the dense one, or learned groups in their fastest form. @param
 * {Results} results @returns {Figure}
 */
export const fastestOf = (results, runtime, simd) =>
  results.figures
    .filter(
      (figure) => figure.runtime === runtime && figure.simd === simd && (figure.form !== DENSE || !hasGroups(results)),
    )
    .reduce((a, b) => (b.cpuMs < a.cpuMs ? b : a));

/** The processor time of a runtime, divided by that of groupwise with the same SIMD. @param {Results} results */
export const timesOurs = (results, runtime, simd) =>
  fastestOf(results, runtime, simd).cpuMs / fastestOf(results, OURS, simd).cpuMs;

/** Multiply-adds of the table's network; padded forms have more. @param {Results} results */
export const macsOf = ({ networks }) => Math.min(...networks.map(({ macs }) => macs));
