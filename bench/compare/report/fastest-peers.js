// groupwise against the fastest other WebAssembly runtime, a row for each network.

import { DENSE } from '../networks/build.js';
import { OURS } from '../runtimes/index.js';
import { fastestOf } from './results.js';

/** The first row of the table. */
export const HEAD = [
  'network',
  'SIMD',
  'groupwise, CPU ms',
  'fastest other',
  'CPU ms',
  'times groupwise',
  'native, CPU ms',
];

/** The rows of a table's results. @param {import('./results.js').Results} results @returns {string[][]} */
export const fastestPeerRows = (results) => {
  const { kind, networks, title } = results;
  const parts =
    kind === 'networks'
      ? networks.map((network) => ({ name: `${title}, ${network.label}`, networks: [network] }))
      : [{ name: title }];
  return parts.flatMap((part) => ['plain', 'relaxed'].flatMap((simd) => rowOf(results, part, simd)));
};

/** No row if groupwise was not measured with this SIMD. */
const rowOf = (results, { name, networks }, simd) => {
  const ours = fastestOf(results, OURS, simd, networks);
  if (!ours) return [];
  const others = results.runtimes.filter(({ packageName }) => packageName !== null);
  const best = (runtimes) => fastest(runtimes.map((runtime) => bestOf(results, runtime.name, simd, networks)));
  const web = best(others.filter(({ downloadBytes }) => downloadBytes !== null));
  const native = best(others.filter(({ downloadBytes }) => downloadBytes === null));
  const times = web ? (web.cpuMs / ours.cpuMs).toFixed(2) : '';
  return [[name, simd, milliseconds(ours), describe(results, web), milliseconds(web), times, milliseconds(native)]];
};

/** A runtime's fastest figure in an engine with this SIMD; one with relaxed SIMD also runs the builds without it. */
const bestOf = (results, runtime, simd, networks) =>
  fastest([...new Set(['plain', simd])].map((build) => fastestOf(results, runtime, build, networks)));

const fastest = (figures) => figures.filter(Boolean).sort((a, b) => a.cpuMs - b.cpuMs)[0];

const milliseconds = (figure) => figure?.cpuMs.toFixed(2) ?? '';

const describe = ({ runtimes }, figure) => {
  if (!figure) return '';
  const { title } = runtimes.find(({ name }) => name === figure.runtime);
  return figure.form === DENSE ? title : `${title}, ${figure.form}`;
};
