// The speed of groupwise and of other WebAssembly runtimes in two tables, for README.md.

import { fastestOf, macsOf, timesOurs } from './results.js';
import { OURS } from '../runtimes/index.js';
import { escape } from './svg.js';

const WIDTH = 720;
const NAMES = 190; // where the bars begin
const VALUES = 120; // room for the figures after the longest bar
const ROW = 26;
const BAR = 16;
const HEAD = 40;
const FOOT = 50;

/** Colours of middle lightness, readable on white and on dark pages: the text has a contrast of 4.3 against both. */
const STYLE = `text { font: 14px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #777e88; }
    .title { font-weight: 600; font-size: 15px; }
    .name { text-anchor: end; }
    .note { font-size: 12px; }
    .bar { fill: #8c959f; }
    .ours { font-weight: 600; fill: #1f9254; }`;

/** @param {import('./results.js').Results[]} tables of WebAssembly runtimes with plain SIMD */
export const speedChart = (tables) => {
  const panels = tables.map((results) => ({ title: titleOf(results), rows: rowsOf(results) }));
  const longest = Math.max(...panels.flatMap(({ rows }) => rows.map(({ ms }) => ms)));
  const scale = (WIDTH - NAMES - VALUES) / longest;
  let y = 0;
  const drawn = panels.map(({ title, rows }) => {
    const top = y + HEAD;
    y = top + rows.length * ROW;
    return [
      `<text class="title" x="${NAMES}" y="${top - 12}">${escape(title)}</text>`,
      ...rows.map((row, i) => drawRow(row, top + i * ROW, scale)),
    ].join('\n  ');
  });
  const height = y + FOOT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">${escape(describe(panels))}</title>
  <style>
    ${STYLE}
  </style>
  ${drawn.join('\n  ')}
  ${noteOf(tables[0])
    .map((line, i) => `<text class="note" x="${NAMES}" y="${height - 24 + 16 * i}">${escape(line)}</text>`)
    .join('\n  ')}
</svg>
`;
};

const drawRow = ({ title, ms, times, ours }, y, scale) => {
  const kind = ours ? ' ours' : '';
  const width = (ms * scale).toFixed(1);
  const value = `${ms.toFixed(1)} ms${ours ? '' : ` (${times.toFixed(1)}×)`}`;
  const baseline = y + BAR - 3;
  return `<text class="name${kind}" x="${NAMES - 10}" y="${baseline}">${escape(title)}</text>
  <rect class="bar${kind}" x="${NAMES}" y="${y}" width="${width}" height="${BAR}" rx="2"/>
  <text class="${kind.trim()}" x="${(NAMES + Number(width) + 8).toFixed(1)}" y="${baseline}">${value}</text>`;
};

/** The WebAssembly runtimes of a table, each with its fastest form. */
const rowsOf = (results) =>
  results.runtimes
    .filter(({ downloadBytes }) => downloadBytes !== null)
    .map(({ name, title }) => ({
      title,
      ms: fastestOf(results, name, 'plain').cpuMs,
      times: timesOurs(results, name, 'plain'),
      ours: name === OURS,
    }))
    .sort((a, b) => a.ms - b.ms);

const titleOf = (results) => `${results.title}, ${(macsOf(results) / 1e6).toFixed(0)} million multiply-adds`;

const noteOf = ({ machine, date }) => [
  'Processor time of a picture of 224 x 224, one thread, plain SIMD; shorter is better.',
  `${machine.processor}, Node ${machine.node}, ${date}`,
];

const describe = (panels) =>
  panels
    .map(({ title, rows }) => `${title}: ${rows.map((row) => `${row.title} ${row.ms.toFixed(1)} ms`).join(', ')}`)
    .join('. ');
