// The tables of groupwise's own measurements, from bench/results/.

import { existsSync, readFileSync } from 'node:fs';
import { costChart, pointsOf } from './cost-chart.js';
import { describeMachine, milliseconds, ratio, table } from './text.js';

const FOLDER = new URL('../../bench/results/', import.meta.url);

const resultsOf = (name) => {
  const file = new URL(`${name}.json`, FOLDER);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
};

/** What a section shows: where and how it was measured, and the table; a sentence if it was not. */
const section = (name, show) => {
  const results = resultsOf(name);
  if (!results) return 'Not measured yet.\n';
  return `\`${results.command}\`, ${describeMachine(results)}\n\n${show(results)}`;
};

/** Processor time where it was measured, else the time on the clock. */
const timeOf = ({ cpuMs, fastestMs }) => cpuMs ?? fastestMs;

/** Networks, each compared with the first of its family. */
const families = ({ networks }) => {
  const rows = networks.map((network) => {
    const base = networks.find(({ name }) => name === network.base);
    const cells = [network.name, (network.macs / 1e6).toFixed(1), milliseconds(timeOf(network))];
    if (base === network) return [...cells, '', '', ''];
    const saved = (measure) => 1 - measure(network) / measure(base);
    return [
      ...cells,
      ratio(base.macs, network.macs),
      ratio(timeOf(base), timeOf(network)),
      (saved(timeOf) / saved(({ macs }) => macs)).toFixed(2),
    ];
  });
  const time = networks.every(({ cpuMs }) => cpuMs) ? 'CPU ms' : 'fastest ms';
  return table(
    ['network', 'million multiply-adds', time, 'times fewer multiply-adds', 'times as fast', 'share of the saving'],
    rows,
  );
};

/** The networks of both measurements with fewer multiply-adds, for docs/learned-groups.md. */
const savings = () => {
  const results = ['learned-groups', 'msgc'].map(resultsOf).filter(Boolean);
  const rows = results.flatMap(({ networks }) =>
    networks
      .filter(({ name, base }) => name !== base)
      .map((network) => {
        const base = networks.find(({ name }) => name === network.base);
        return [network.name, ratio(base.macs, network.macs), ratio(timeOf(base), timeOf(network))];
      }),
  );
  const places = [...new Set(results.map(describeMachine))].join('; ');
  return `${places}, one thread.\n\n${table(['network', 'times fewer multiply-adds', 'times as fast'], rows)}`;
};

const COST_SERIES = {
  size: { title: 'size of the picture', show: (size) => `${size} x ${size}` },
  width: { title: 'factor of the channels', show: String },
  batch: { title: 'pictures in a batch', show: String },
};

const costTables = (results) =>
  Object.entries(COST_SERIES)
    .map(([series, { title, show }]) => {
      const [dense, grouped] = [1, 8].map((groups) => pointsOf(results, series, groups));
      const cells = ({ macs, cpuMs }) => [
        (macs / 1e6).toFixed(1),
        milliseconds(cpuMs),
        (macs / cpuMs / 1e6).toFixed(1),
      ];
      const head = ['million multiply-adds', 'CPU ms', 'billion per second'];
      return table(
        [title, ...head, ...head.map((words) => `8 groups: ${words}`)],
        dense.map((point, i) => [show(point[series]), ...cells(point), ...cells(grouped[i])]),
      );
    })
    .join('\n');

const costPath = (series) => `images/benchmarks/cost-${series}.svg`;

const cost = (results) => {
  const pictures = Object.entries(COST_SERIES).map(([series, { title }]) => `![${title}](${costPath(series)})\n`);
  return `${pictures.join('')}\n${costTables(results)}`;
};

const fastestAndMedian = ({ fastestMs, medianMs }) => `${fastestMs.toFixed(1)} (${medianMs.toFixed(1)})`;

/** Milliseconds of the parts of a cold start. */
const coldStart = ({ processes, runtimes }) => {
  const parts = Object.keys(runtimes[0].parts);
  const rows = runtimes.map(({ title, parts: times }) => [
    title,
    ...parts.map((part) => fastestAndMedian(times[part])),
  ]);
  return `Fastest (median) of ${processes} processes in milliseconds:\n\n${table(['runtime', ...parts], rows)}`;
};

/** The marks of a page that are shown. */
const MARKS = ['own script', 'library', 'loaded', 'label'];

const kilobytes = (bytes) => `${Math.round(bytes / 1000)} k`;

/** Milliseconds from the navigation to the marks of a page. */
const firstLabel = ({ rounds, browser, pages }) => {
  const rows = pages.map(({ name, bytes, modelBytes, marks }) => [
    name,
    `${kilobytes(bytes)} + model ${kilobytes(modelBytes)}`,
    ...MARKS.map((mark) => marks[mark].toFixed(0)),
  ]);
  const head = ['page', 'bytes, gzipped', ...MARKS];
  return `${browser}, milliseconds of the page load with the earliest label, of ${rounds}:\n\n${table(head, rows)}`;
};

/** The generated parts of documents, by name. */
export const measurements = {
  cost: () => section('cost', cost),
  learnedGroups: () => section('learned-groups', families),
  savings,
  masks: () => section('msgc', families),
  headline: () => section('headline', families),
  panelZeros: () => section('panel-zeros', families),
  coldStart: () => section('cold-start', coldStart),
  firstLabel: () => section('first-label', firstLabel),
};

/** The charts, by path. @returns {Record<string, string>} */
export const measurementCharts = () => {
  const results = resultsOf('cost');
  if (!results) return {};
  return Object.fromEntries(
    Object.keys(COST_SERIES).map((series) => [`docs/${costPath(series)}`, costChart(results, series)]),
  );
};
