// Bars of a table's results: the times of each runtime relative to groupwise, for engines with plain and with relaxed SIMD.

import { OURS } from '../runtimes/index.js';
import { bestOf, partsOf } from './fastest-peers.js';
import { engineOf, isOnClock, msOf } from './results.js';
import { at, COLUMN, heading, MARGIN, note, picture, text } from './svg.js';

const NAMES = 154; // where the bars begin
const VALUES = 48; // room for the figures after the longest bar
const ROW = 20;
const BAR = 12;
const HEAD = 34; // between the heading and the first bars
const GAP = 32; // between panels

const SIMD = { plain: 'Plain SIMD', relaxed: 'Relaxed SIMD' };

/** @param {import('./results.js').Results} results of any table but that of threads */
export const barsOf = (results) => {
  const { date, machine } = results;
  const unit = isOnClock(results) ? 'Fastest run of groupwise' : 'Time of groupwise';
  const panels = partsOf(results).flatMap((part) => Object.keys(SIMD).flatMap((simd) => panelOf(results, part, simd)));
  const longest = Math.max(...panels.flatMap(({ rows }) => rows.map(({ times }) => times)));
  const scale = (COLUMN - NAMES - VALUES) / longest;
  const head = heading(results.title);
  let y = head.height - (GAP - HEAD);
  const drawn = panels.flatMap(({ title, rows }) => {
    const top = y + GAP;
    y = top + rows.length * ROW;
    const one = NAMES + scale;
    return [
      text(MARGIN, top - 8, title),
      ...rows.flatMap((row, k) => drawRow(row, top + k * ROW, scale)),
      `<path class="rule" d="M${at(one)} ${top - 2}V${y - 4}"/>`,
    ];
  });
  const words = note(y + 18, `${unit} = 1; shorter is faster. ${date}, ${machine.processor}, ${engineOf(results)}.`);
  return picture({
    width: COLUMN,
    height: y + 10 + words.height,
    title: `${results.title}. ${panels.map(describe).join('. ')}`,
    drawn: [...head.drawn, ...drawn, ...words.drawn],
  });
};

/** The bars of a part with this SIMD, groupwise first; none if groupwise was not measured. */
const panelOf = (results, { networks }, simd) => {
  const ours = bestOf(results, OURS, simd, networks);
  if (!results.figures.some((figure) => figure.runtime === OURS && figure.simd === simd)) return [];
  const rows = results.runtimes.flatMap((runtime) => {
    const figure = bestOf(results, runtime.name, simd, networks);
    if (!figure) return [];
    const kind = runtime.name === OURS ? 'ours' : runtime.downloadBytes === null ? 'native' : 'bar';
    return [{ title: runtime.title, kind, times: msOf(figure) / msOf(ours) }];
  });
  const label = networks ? `${networks[0].label}: ` : '';
  return [{ title: `${label}${SIMD[simd]}, ${msOf(ours).toFixed(1)} ms`, rows }];
};

const drawRow = ({ title, kind, times }, y, scale) => {
  const width = at(times * scale);
  const baseline = y + BAR - 1;
  const ours = kind === 'ours' ? ' ours' : '';
  return [
    text(NAMES - 8, baseline, title, `note end${ours}`),
    `<rect class="${kind}" x="${NAMES}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
    text(NAMES + scale * Math.max(times, 1) + 6, baseline, times.toFixed(2), `note${ours}`),
  ];
};

const describe = ({ title, rows }) =>
  `${title}: ${rows.map((row) => `${row.title} ${row.times.toFixed(2)}`).join(', ')}`;
