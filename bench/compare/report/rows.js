// The rows of each kind of table; the first is its head.

import { OURS } from '../runtimes/index.js';
import { THREADS } from '../tables.js';
import { fastestOf, figureOf, networkKey, timesOurs } from './results.js';

/** @typedef {import('./results.js').Results} Results */

export const TIMES_OURS = 'times groupwise';

/** What stands for figures that there are not. */
export const CANNOT_RUN = 'cannot run';

const fixed = (value) => (Number.isFinite(value) ? value.toFixed(2) : '');

/** Each runtime with each kind of SIMD that took part. @param {Results} results */
const entries = ({ runtimes, figures, failures }) =>
  ['plain', 'relaxed'].flatMap((simd) =>
    runtimes
      .filter(({ name }) => [...figures, ...failures].some((each) => each.runtime === name && each.simd === simd))
      .map((runtime) => ({
        runtime,
        simd,
        cells: [titleOf(runtime), runtime.downloadBytes === null ? 'native' : simd],
      })),
  );

const titleOf = ({ name, title, version }) => emphasis(`${title} ${version}`, name === OURS);

const emphasis = (text, strong) => (strong ? `**${text}**` : text);

/** @type {Record<import('./results.js').Results['kind'], (results: Results) => (string | number)[][]>} */
export const ROWS = {
  dense: (results) => [
    ['runtime', 'SIMD', 'CPU ms', 'fastest ms', 'median ms', TIMES_OURS, 'difference', 'download kB'],
    ...entries(results).map(({ runtime, simd, cells }) => {
      const figure = figureOf(results, { runtime: runtime.name, simd });
      const download = runtime.downloadBytes ? Math.round(runtime.downloadBytes / 1000) : '';
      if (!figure) return [...cells, CANNOT_RUN, '', '', '', '', download];
      const { cpuMs, fastestMs, medianMs, difference } = figure;
      const ratio = timesOurs(results, runtime.name, simd);
      return [...cells, ...[cpuMs, fastestMs, medianMs, ratio].map(fixed), difference.toExponential(1), download];
    }),
  ],

  forms: (results) => [
    ['runtime', 'SIMD', ...results.networks.map(({ form }) => `${form}, CPU ms`), 'times as fast as dense', TIMES_OURS],
    ...entries(results).map(({ runtime, simd, cells }) => {
      const key = { runtime: runtime.name, simd };
      const winner = fastestOf(results, runtime.name, simd);
      const figures = results.networks.map((network) => figureOf(results, { ...key, ...networkKey(network) }));
      const hasFailed = (network) => results.failures.some((each) => matches(each, { ...key, ...networkKey(network) }));
      return [
        ...cells,
        ...figures.map((figure, i) => {
          if (figure) return emphasis(fixed(figure.cpuMs), figure === winner);
          return hasFailed(results.networks[i]) ? CANNOT_RUN : '';
        }),
        fixed(figures[0]?.cpuMs / winner?.cpuMs),
        fixed(timesOurs(results, runtime.name, simd)),
      ];
    }),
  ],

  networks: (results) => [
    ['runtime', 'SIMD', ...results.networks.flatMap(({ label }) => [`${label}, CPU ms`, TIMES_OURS])],
    ...entries(results).map(({ runtime, simd, cells }) => [
      ...cells,
      ...results.networks.flatMap((network) => {
        const figure = fastestOf(results, runtime.name, simd, [network]);
        if (!figure) return [CANNOT_RUN, ''];
        return [fixed(figure.cpuMs), fixed(timesOurs(results, runtime.name, simd, [network]))];
      }),
    ]),
  ],

  threads: (results) => [
    ['network', 'SIMD', ...['fastest', 'median'].flatMap((word) => [...THREADS.map(onThreads(word)), 'times as fast'])],
    ...entries(results).flatMap(({ runtime, simd }) =>
      results.networks.map((network) => {
        const figures = THREADS.map((threads) =>
          figureOf(results, { runtime: runtime.name, simd, threads, ...networkKey(network) }),
        );
        const cells = (name) => {
          const times = figures.map((figure) => figure[name]);
          return [...times, times[0] / times[1]].map(fixed);
        };
        return [network.label, simd, ...cells('fastestMs'), ...cells('medianMs')];
      }),
    ),
  ],
};

const onThreads = (word) => (threads) => `${word} ms on ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

const matches = (each, key) => Object.entries(key).every(([name, value]) => each[name] === value);
