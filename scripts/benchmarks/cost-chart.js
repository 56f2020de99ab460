// Draws what a run costs as the network grows: time against multiply-adds, both logarithmic, and the lines on which the time
// grows in proportion to the multiply-adds.

import { at, COLUMN, heading, MARGIN, note, picture, text } from '../../bench/compare/report/svg.js';
import { describeMachine } from './text.js';

const PLOT = { left: 46, right: COLUMN - 14, top: 62, bottom: 310 };
const MARKER = 3.5;

/** The networks by their learned groups: name, classes, where the values of points stand. */
const NETWORKS = [
  { groups: 1, name: 'dense', kind: 'other', label: { x: 7, y: 13, kind: 'note' } },
  { groups: 8, name: '8 learned groups', kind: 'ours', label: { x: -7, y: -5, kind: 'note end' } },
];

/** What grows, and what its values mean. */
const SERIES = {
  size: { title: 'Size of the picture', show: String },
  width: { title: 'Factor of the channels', show: (value) => `×${value}` },
  batch: { title: 'Pictures in a batch', show: String },
};

/** The network as published, which is a point of every series. */
const PUBLISHED = { size: 224, width: 1, batch: 1 };

/** The points of a series in order. @param {string} name a key of SERIES */
export const pointsOf = ({ points }, name, groups) =>
  points
    .filter((point) => point.groups === groups)
    .filter((point) => Object.entries(PUBLISHED).every(([key, value]) => key === name || point[key] === value))
    .sort((a, b) => a[name] - b[name]);

/** Powers of ten from `low` to `high`, and the multiples of each. */
const ticksOf = (low, high, multiples) => {
  const powers = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++) powers.push(10 ** exponent);
  return powers
    .flatMap((power) => multiples.map((multiple) => Number((multiple * power).toPrecision(1))))
    .filter((tick) => tick >= low && tick <= high);
};

/** Maps the logarithms of values onto pixels; `room` is left at both ends. */
const scaleOf = (values, [from, to], room, multiples) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const inner = to - from - 2 * Math.sign(to - from) * room;
  const perLog = inner / Math.log(high / low);
  const place = (value) => from + Math.sign(inner) * room + perLog * Math.log(value / low);
  const beyond = Math.exp(room / Math.abs(perLog));
  return { place, ticks: ticksOf(low / beyond, high * beyond, multiples) };
};

const showMacs = (macs) => (macs >= 1e9 ? `${macs / 1e9} G` : `${macs / 1e6} M`);

const marker = (kind, x, y) =>
  kind === 'ours'
    ? `<rect class="ours" x="${at(x - MARKER)}" y="${at(y - MARKER)}" width="${2 * MARKER}" height="${2 * MARKER}"/>`
    : `<circle class="${kind}" cx="${at(x)}" cy="${at(y)}" r="${MARKER}"/>`;

const axes = (x, y) => [
  ...x.ticks.flatMap((tick) => [
    `<path class="grid" d="M${at(x.place(tick))} ${PLOT.top}V${PLOT.bottom}"/>`,
    text(x.place(tick), PLOT.bottom + 16, showMacs(tick), 'note middle'),
  ]),
  ...y.ticks.flatMap((tick) => [
    `<path class="grid" d="M${PLOT.left} ${at(y.place(tick))}H${PLOT.right}"/>`,
    text(PLOT.left - 6, y.place(tick) + 4, String(tick), 'note end'),
  ]),
];

/** Where time is in proportion to the multiply-adds, through the published network. */
const proportional = (points, x, y) => {
  const base = points.find((point) => Object.entries(PUBLISHED).every(([key, value]) => point[key] === value));
  const [first, last] = [points[0], points.at(-1)].map(({ macs }) => {
    const milliseconds = (base.cpuMs * macs) / base.macs;
    return `${at(x.place(macs))} ${at(y.place(milliseconds))}`;
  });
  return `<path class="rule" d="M${first}L${last}"/>`;
};

const legend = () => {
  const [dense, grouped] = NETWORKS;
  const y = 42;
  return [
    ...[dense, grouped].flatMap(({ name, kind }, i) => [
      marker(kind, MARGIN + 6 + 64 * i, y - 4),
      text(MARGIN + 14 + 64 * i, y, name, 'note'),
    ]),
    `<path class="rule" d="M${MARGIN + 204} ${y - 4}h26"/>`,
    text(MARGIN + 236, y, 'proportional', 'note'),
  ];
};

/** The chart of a series. @param {object} results of bench/cost.ts @param {'size' | 'width' | 'batch'} name */
export const costChart = (results, name) => {
  const lines = NETWORKS.map((network) => ({ ...network, points: pointsOf(results, name, network.groups) }));
  const all = lines.flatMap(({ points }) => points);
  const values = (key) => all.map((point) => point[key]);
  const x = scaleOf(values('macs'), [PLOT.left, PLOT.right], 42, [1, 3]);
  const y = scaleOf(values('cpuMs'), [PLOT.bottom, PLOT.top], 16, [1, 2, 5]);
  const { title, show } = SERIES[name];
  const drawn = lines.flatMap(({ kind, label, points }) => {
    const places = points.map(({ macs, cpuMs }) => [x.place(macs), y.place(cpuMs)]);
    return [
      proportional(points, x, y),
      `<path class="line ${kind}" d="M${places.map((place) => place.map(at).join(' ')).join('L')}"/>`,
      ...places.map(([left, top]) => marker(kind, left, top)),
      ...places.map(([left, top], i) => text(left + label.x, top + label.y, show(points[i][name]), label.kind)),
    ];
  });
  const words = note(
    PLOT.bottom + 40,
    `Milliseconds against multiply-adds, both logarithmic. ${describeMachine(results)}.`,
  );
  return picture({
    width: COLUMN,
    height: PLOT.bottom + 32 + words.height,
    title: `${title}: ${lines.map((line) => describe(line, name, show)).join('. ')}`,
    drawn: [
      ...heading(`MobileNetV2: ${title.toLowerCase()}`).drawn,
      ...legend(),
      ...axes(x, y),
      ...drawn,
      ...words.drawn,
    ],
  });
};

const describe = ({ name, points }, series, show) =>
  `${name}, ${points.map((point) => `${show(point[series])} ${point.cpuMs.toFixed(1)} ms`).join(', ')}`;
