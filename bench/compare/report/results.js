// The results of a table, as stored in its JSON file.

import { DENSE } from '../networks/build.js';
import { OURS } from '../runtimes/index.js';

/**
 * @typedef {object} RuntimeInfo
 * @property {string} name
 * @property {string} title
 * @property {string | null} packageName
 * @property {string} version
 * @property {boolean} [relaxed] whether it has a build for relaxed SIMD
 * @property {number | null} downloadBytes gzipped; null for native code
 *
 * @typedef {object} Key  what ran
 * @property {string} runtime
 * @property {'plain' | 'relaxed'} simd of the engine
 * @property {number} threads
 * @property {string} architecture
 * @property {string} form
 *
 * @typedef {object} Times
 * @property {number} [cpuMs] processor time of the cheapest run, by all threads of the process; pages have none
 * @property {number} fastestMs of the fastest run on the clock
 * @property {number} medianMs on the clock
 * @property {number} loadMs import, compilation and loading of the network
 * @property {number} firstMs the first run
 * @property {number} [fileBytes] size of the network's file; of runtimes that have files
 * @property {number} difference of the output from the reference's, relative to the largest value
 *
 * @typedef {Key & Times} Figure
 * @typedef {Key & { reason: string }} Failure  a network that a runtime cannot run
 *
 * @typedef {object} MeasuredNetwork
 * @property {string} architecture
 * @property {string} form
 * @property {string} [label]
 * @property {number} macs
 * @property {number} size height and width of the picture
 *
 * @typedef {object} Results
 * @property {string} title
 * @property {import('../tables.js').Table['kind']} kind
 * @property {string} command
 * @property {string} date
 * @property {Record<string, string | number | null>} machine
 * @property {number} rounds
 * @property {number} runs of a round
 * @property {MeasuredNetwork[]} networks
 * @property {RuntimeInfo[]} runtimes
 * @property {Figure[]} figures
 * @property {Failure[]} failures
 */

/** Name and version of the engine that ran. @param {Pick<Results, 'machine'>} results */
export const engineOf = ({ machine }) => machine.browser ?? `Node ${machine.node}`;

/** Whether times are those on the clock, as in pages, which have no other. @param {Pick<Results, 'machine'>} results */
export const isOnClock = ({ machine }) => machine.browser !== undefined;

/** The time of the cheapest run, by which runtimes are compared: the processor's, on the clock in pages. @param {Figure} figure */
export const msOf = ({ cpuMs, fastestMs }) => cpuMs ?? fastestMs;

/** Finds a figure. @param {Results} results @param {Partial<Key>} key @returns {Figure | undefined} */
export const figureOf = ({ figures }, key) =>
  figures.find((figure) => Object.entries(key).every(([name, value]) => figure[name] === value));

/** What identifies a network among the figures. @param {MeasuredNetwork} network */
export const networkKey = ({ architecture, form }) => ({ architecture, form });

/** Kinds of tables with a dense network and its other forms. */
const WITH_FORMS = ['forms', 'int8'];

/** The networks by which runtimes are judged: in a table with forms, all but the dense one. @param {Results} results */
const judged = ({ kind, networks }) =>
  WITH_FORMS.includes(kind) ? networks.filter(({ form }) => form !== DENSE) : networks;

/**
 * How a runtime runs one of some networks fastest, by default of those that it is judged by.
 * @param {Results} results @returns {Figure | undefined} undefined if it runs none
 */
export const fastestOf = (results, runtime, simd, networks = judged(results)) =>
  networks
    .map((network) => figureOf(results, { runtime, simd, ...networkKey(network) }))
    .filter(Boolean)
    .reduce((a, b) => (a && msOf(a) <= msOf(b) ? a : b), undefined);

/**
 * The time of a runtime, divided by that of groupwise with the same SIMD. @param {Results} results
 * @returns {number} NaN if the runtime runs none of the networks
 */
export const timesOurs = (results, runtime, simd, networks) => {
  const figure = fastestOf(results, runtime, simd, networks);
  return figure ? msOf(figure) / msOf(fastestOf(results, OURS, simd, networks)) : NaN;
};

/** Multiply-adds of the table's network; padded forms have more. @param {Results} results */
export const macsOf = (results) => Math.min(...judged(results).map(({ macs }) => macs));
