// The tables of the comparison with other runtimes, from bench/compare/results/.

import { barsPath } from '../../bench/compare/report/charts.js';
import { describe, partsOf, rivalsOf } from '../../bench/compare/report/fastest-peers.js';
import { fastestOf, figureOf, msOf, networkKey } from '../../bench/compare/report/results.js';
import { measuredTables, storedResults } from '../../bench/compare/report/stored.js';
import { OURS } from '../../bench/compare/runtimes/index.js';
import { THREADS } from '../../bench/compare/tables.js';
import { describeMachine, milliseconds, ratio, table } from './text.js';

const RESULTS = '../bench/compare/results';

const stored = storedResults('node');

/** Tables with other runtimes that were measured in Node, and in Chromium. */
const measured = measuredTables('node');
const inChromium = measuredTables('chromium');

const against = (results, figure) => {
  const { title, version } = results.runtimes.find(({ name }) => name === figure.runtime);
  return describe(results, figure).replace(title, `${title} ${version}`);
};

const rowsOf = ({ name, results }, simd) =>
  partsOf(results).flatMap((part) => {
    const { ours, web, native } = rivalsOf(results, part.networks, simd);
    if (!ours) return [];
    return [web, native]
      .filter(Boolean)
      .map((other, i) => [
        i ? '' : `[${part.name}](${RESULTS}/${name}.md)`,
        against(results, other),
        milliseconds(msOf(ours)),
        milliseconds(msOf(other)),
        ratio(msOf(other), msOf(ours)),
      ]);
  });

/** groupwise against the fastest other WebAssembly runtime and against native code. @param {'plain' | 'relaxed'} simd */
export const comparison = (simd) => comparisonTable(measured, simd);

const comparisonTable = (tables, simd) =>
  table(
    ['work', 'against', 'groupwise, ms', 'other, ms', 'other / groupwise'],
    tables.flatMap((each) => rowsOf(each, simd)),
  );

/** The same in Chromium, with the commands and the charts. */
export const comparisonInChromium = () => {
  if (!inChromium.length) return 'Not measured yet.\n';
  return [commandsOf(inChromium), comparisonTable(inChromium, 'relaxed'), barsOfTables(inChromium)].join('\n');
};

/** When and where each table was measured in Node, with its command. */
export const provenance = () => commandsOf(stored.filter(({ results }) => results));

const commandsOf = (tables) => {
  const places = new Map();
  for (const { results } of tables) {
    const place = describeMachine(results);
    places.set(place, [...(places.get(place) ?? []), `\`${results.command}\``]);
  }
  return `${[...places].map(([place, commands]) => `- ${place}: ${commands.join(', ')}`).join('\n')}\n`;
};

/** The tables without results. */
export const notMeasured = () => {
  const missing = stored.filter(({ results }) => !results);
  if (!missing.length) return 'All tables are measured.\n';
  return `Not measured yet: ${missing.map(({ name }) => `\`${name}\``).join(', ')}.\n`;
};

/** The charts of all tables measured in Node. */
export const bars = () => barsOfTables(measured);

const barsOfTables = (tables) =>
  tables.map(({ name, results }) => `![${results.title}](${inDocs(barsPath(name))})\n`).join('');

/** groupwise in int8 against itself in floats, and LiteRT.js in int8. */
export const inInt8 = () => {
  const tables = measured.filter(({ table: { kind } }) => kind === 'int8');
  if (!tables.length) return 'Not measured yet.\n';
  const rows = tables.flatMap(({ name, results }) =>
    ['plain', 'relaxed'].flatMap((simd) => {
      const [floats, int8] = results.networks.map((network) =>
        figureOf(results, { runtime: OURS, simd, ...networkKey(network) }),
      );
      const litert = fastestOf(results, 'litert', simd);
      if (!int8) return [];
      return [
        [
          `[${results.title}](${RESULTS}/${name}.md)`,
          simd,
          ...[floats, int8].map((figure) => milliseconds(msOf(figure))),
          ratio(msOf(floats), msOf(int8)),
          ...(litert ? [milliseconds(msOf(litert)), ratio(msOf(litert), msOf(int8))] : ['', '']),
          `${((100 * int8.fileBytes) / floats.fileBytes).toFixed(1)} %`,
        ],
      ];
    }),
  );
  const heads = ['floats, ms', 'int8, ms', 'times as fast', 'LiteRT.js, ms', 'LiteRT.js / groupwise', 'size'];
  return table(['network', 'SIMD', ...heads], rows);
};

/** groupwise with more threads, times on the clock. */
export const threads = () => {
  const { results } = stored.find(({ table: { kind } }) => kind === 'threads');
  if (!results) return 'Not measured yet.\n';
  const rows = ['plain', 'relaxed'].flatMap((simd) =>
    results.networks.flatMap((network) => {
      const figures = THREADS.map((count) =>
        figureOf(results, { runtime: OURS, simd, threads: count, ...networkKey(network) }),
      );
      if (!figures.every(Boolean)) return [];
      const times = figures.map(({ fastestMs }) => fastestMs);
      return [[network.label, simd, ...times.map(milliseconds), ratio(times[0], times[1])]];
    }),
  );
  const heads = THREADS.map((count) => `${count} ${count === 1 ? 'thread' : 'threads'}, ms`);
  return table(['network', 'SIMD', ...heads, 'times as fast'], rows);
};

/** The runtimes on MobileNetV2 with plain SIMD, with what a page downloads, for README.md. */
export const speed = () => {
  const { results } = stored.find(({ name }) => name === 'mobilenetv2');
  const ours = figureOf(results, { runtime: OURS, simd: 'plain' });
  const rows = results.runtimes
    .filter(({ downloadBytes }) => downloadBytes !== null)
    .map(({ name, title, version, downloadBytes }) => {
      const { cpuMs } = figureOf(results, { runtime: name, simd: 'plain' });
      const label = name === OURS ? `**${title}**` : `${title} ${version}`;
      return [label, `${cpuMs.toFixed(1)} ms`, ratio(cpuMs, ours.cpuMs), `${Math.round(downloadBytes / 1000)} kB`];
    });
  const place = `${describeMachine(results)}, one thread, plain SIMD, processor time.`;
  return `${place}\n\n${table(['runtime', 'MobileNetV2', 'relative to groupwise', 'download, gzipped'], rows)}`;
};

const inDocs = (path) => path.replace(/^docs\//, '');
