// groupwise against the fastest other WebAssembly runtime, a row for each network.

import { DENSE } from '../networks/build.js';
import { OURS } from '../runtimes/index.js';
import { fastestOf, msOf } from './results.js';

/** The first row of the table. @param {string} unit what the times are */
export const headOf = (unit) => [
  'network',
  'SIMD',
  `groupwise, ${unit}`,
  'fastest other',
  unit,
  'times groupwise',
  `native, ${unit}`,
];

/**
 * What a table measures: one network, or several that are judged on their own; without `networks` a part has all of the table.
 * @param {import('./results.js').Results} results
 * @returns {{ name: string, networks?: import('./results.js').MeasuredNetwork[] }[]}
 */
export const partsOf = ({ kind, networks, title }) =>
  kind === 'networks'
    ? networks.map((network) => ({ name: `${title}, ${network.label}`, networks: [network] }))
    : [{ name: title }];

/** The rows of a table's results. @param {import('./results.js').Results} results @returns {string[][]} */
export const fastestPeerRows = (results) =>
  partsOf(results).flatMap((part) => ['plain', 'relaxed'].flatMap((simd) => rowOf(results, part, simd)));

/**
 * groupwise, the fastest other WebAssembly runtime and the fastest native one.
 * @param {import('./results.js').Results} results
 * @param {import('./results.js').MeasuredNetwork[]} [networks] of a part
 */
export const rivalsOf = (results, networks, simd) => {
  const others = results.runtimes.filter(({ packageName }) => packageName !== null);
  const best = (runtimes) => fastest(runtimes.map((runtime) => bestOf(results, runtime.name, simd, networks)));
  return {
    ours: fastestOf(results, OURS, simd, networks),
    web: best(others.filter(({ downloadBytes }) => downloadBytes !== null)),
    native: best(others.filter(({ downloadBytes }) => downloadBytes === null)),
  };
};

/** No row if groupwise was not measured with this SIMD. */
const rowOf = (results, { name, networks }, simd) => {
  const { ours, web, native } = rivalsOf(results, networks, simd);
  if (!ours) return [];
  const times = web ? (msOf(web) / msOf(ours)).toFixed(2) : '';
  return [[name, simd, milliseconds(ours), describe(results, web), milliseconds(web), times, milliseconds(native)]];
};

/**
 * A runtime's fastest figure in an engine with this SIMD; one with relaxed SIMD also runs the builds without it.
 * @param {import('./results.js').Results} results
 */
export const bestOf = (results, runtime, simd, networks) =>
  fastest([...new Set(['plain', simd])].map((build) => fastestOf(results, runtime, build, networks)));

const fastest = (figures) => figures.filter(Boolean).sort((a, b) => msOf(a) - msOf(b))[0];

const milliseconds = (figure) => (figure ? msOf(figure).toFixed(2) : '');

/** A figure's runtime and form. */
export const describe = ({ runtimes }, figure) => {
  if (!figure) return '';
  const { title } = runtimes.find(({ name }) => name === figure.runtime);
  return figure.form === DENSE ? title : `${title}, ${figure.form}`;
};
