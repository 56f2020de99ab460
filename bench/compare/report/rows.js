// The rows of each kind of table; the first is its head.

import { OURS } from '../runtimes/index.js';
import { THREADS } from '../tables.js';
import { fastestOf, figureOf, isOnClock, msOf, networkKey, timesOurs } from './results.js';

/** @typedef {import('./results.js').Results} Results */

export const TIMES_OURS = 'times groupwise';

/** What the times of runs are by which runtimes are compared. @param {Pick<Results, 'machine'>} results */
export const unitOf = (results) => (isOnClock(results) ? 'fastest ms' : 'CPU ms');

const timeHeads = (results) => [...new Set([unitOf(results), 'fastest ms', 'median ms'])];

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
        cells: [titleOf(runtime), buildOf(runtime, simd)],
      })),
  );

/** The build that runs in an engine with this SIMD. */
const buildOf = ({ downloadBytes, relaxed }, simd) => {
  if (downloadBytes === null) return 'native';
  return relaxed === false ? 'plain' : simd;
};

const titleOf = ({ name, title, version }) => emphasis(`${title} ${version}`, name === OURS);

const emphasis = (text, strong) => (strong ? `**${text}**` : text);

/** @type {Record<import('./results.js').Results['kind'], (results: Results) => (string | number)[][]>} */
export const ROWS = {
  dense: (results) => [
    ['runtime', 'SIMD', ...timeHeads(results), TIMES_OURS, 'difference', 'download kB'],
    ...entries(results).map(({ runtime, simd, cells }) => {
      const figure = figureOf(results, { runtime: runtime.name, simd });
      const download = runtime.downloadBytes ? Math.round(runtime.downloadBytes / 1000) : '';
      if (!figure) return [...cells, CANNOT_RUN, ...timeHeads(results).map(() => ''), '', download];
      const { cpuMs = [], fastestMs, medianMs, difference } = figure;
      const ratio = timesOurs(results, runtime.name, simd);
      const times = [cpuMs, fastestMs, medianMs, ratio].flat().map(fixed);
      return [...cells, ...times, difference.toExponential(1), download];
    }),
  ],

  forms: (results) => [
    [
      'runtime',
      'SIMD',
      ...results.networks.map(({ form }) => `${form}, ${unitOf(results)}`),
      'times as fast as dense',
      TIMES_OURS,
    ],
    ...entries(results).map(({ runtime, simd, cells }) => {
      const key = { runtime: runtime.name, simd };
      const winner = fastestOf(results, runtime.name, simd);
      const figures = results.networks.map((network) => figureOf(results, { ...key, ...networkKey(network) }));
      const hasFailed = (network) => results.failures.some((each) => matches(each, { ...key, ...networkKey(network) }));
      return [
        ...cells,
        ...figures.map((figure, i) => {
          if (figure) return emphasis(fixed(msOf(figure)), figure === winner);
          return hasFailed(results.networks[i]) ? CANNOT_RUN : '';
        }),
        figures[0] && winner ? fixed(msOf(figures[0]) / msOf(winner)) : '',
        fixed(timesOurs(results, runtime.name, simd)),
      ];
    }),
  ],

  int8: (results) => [
    [
      ...['runtime', 'SIMD', ...['floats', 'int8'].map((numbers) => `${numbers}, ${unitOf(results)}`)],
      ...['times as fast as floats', TIMES_OURS, 'floats, MB', 'int8, MB', 'difference'],
    ],
    ...entries(results).map(({ runtime, simd, cells }) => {
      const key = { runtime: runtime.name, simd };
      const figures = results.networks.map((network) => figureOf(results, { ...key, ...networkKey(network) }));
      const [floats, int8] = figures;
      return [
        ...cells,
        ...figures.map((figure) => (figure ? fixed(msOf(figure)) : CANNOT_RUN)),
        floats && int8 ? fixed(msOf(floats) / msOf(int8)) : '',
        fixed(timesOurs(results, runtime.name, simd)),
        ...figures.map((figure) => (figure ? fixed(figure.fileBytes / 1e6) : '')),
        int8 ? int8.difference.toExponential(1) : '',
      ];
    }),
  ],

  networks: (results) => [
    ['runtime', 'SIMD', ...results.networks.flatMap(({ label }) => [`${label}, ${unitOf(results)}`, TIMES_OURS])],
    ...entries(results).map(({ runtime, simd, cells }) => [
      ...cells,
      ...results.networks.flatMap((network) => {
        const figure = fastestOf(results, runtime.name, simd, [network]);
        if (!figure) return [CANNOT_RUN, ''];
        return [fixed(msOf(figure)), fixed(timesOurs(results, runtime.name, simd, [network]))];
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
