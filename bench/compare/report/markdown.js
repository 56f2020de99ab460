// The results of a table as Markdown.

import { engineOf, isOnClock, macsOf } from './results.js';
import { ROWS, TIMES_OURS, unitOf } from './rows.js';

/** @typedef {import('./results.js').Results} Results */

/** @param {Results} results */
export const markdownOf = (results) => {
  const notes = [...NOTES[results.kind](results), ...results.failures.map(failureNote)];
  return `${[heading(results), tableOf(ROWS[results.kind](results)), listOf(notes)].join('\n\n')}\n`;
};

const CPU_MS = '*CPU ms*: processor time of the cheapest run, by all threads of the process.';

/** What Chromium's tables have instead. */
const CHROMIUM_NOTES = [
  'Times are on the clock, since a page cannot ask for its processor time.',
  '*SIMD*: of the build that runs. Chromium has relaxed SIMD; runtimes without a build for it run their plain one.',
];

const timeNotes = (results, inNode = CPU_MS) => (isOnClock(results) ? CHROMIUM_NOTES : [inNode]);

/** What the columns of forms have. */
const FORM_NOTES = {
  masked: '*masked*: dense weights with zeros.',
  gathered: '*gathered*: a gather and a convolution for each group, a concatenation, a gather into the original order.',
  padded: '*padded*: a gather, a convolution in equal groups that are filled up to the largest, a gather.',
  sparse: '*sparse*: weights of 1x1 convolutions stored without their zeros, for runtimes with kernels for these.',
  scattered: '*scattered*: the same, with the channels of each panel of zeros far apart.',
};

const NOTES = {
  dense: (results) => [
    ...timeNotes(results, `${CPU_MS} *fastest* and *median* are on the clock.`),
    ratioNote(results),
    '*difference*: the largest of an output from that of native ONNX Runtime, relative to the largest output.',
    '*download*: what a page loads to run networks, gzipped; for groupwise it includes reading and preparing pictures.',
  ],
  forms: (results) => [
    ...timeNotes(results),
    ...results.networks.flatMap(({ form }) => FORM_NOTES[form] ?? []),
    "*times as fast as dense*: the fastest form, compared with the same runtime's dense network.",
    `*${TIMES_OURS}*: the fastest form, divided by the fastest form of groupwise${sameSimd(results)}.`,
  ],
  int8: (results) => [
    ...timeNotes(results),
    '*int8*: values and weights are 8-bit integers, input and output floats. groupwise and LiteRT.js have the same TensorFlow Lite file.',
    "*times as fast as floats*: compared with the same runtime's network of floats.",
    `*${TIMES_OURS}*: ${unitOf(results)} in int8, divided by those of groupwise in int8${sameSimd(results)}.`,
    '*difference*: the largest of an output in int8 from that of native ONNX Runtime in int8, relative to the largest output.',
  ],
  networks: (results) => [...timeNotes(results), ratioNote(results)],
  threads: () => ['Times are on the clock. Outputs have the same bits with any number of threads.'],
};

const ratioNote = (results) =>
  `*${TIMES_OURS}*: ${unitOf(results)}, divided by those of groupwise${sameSimd(results)}.`;

/** In Chromium all have the same. */
const sameSimd = (results) => (isOnClock(results) ? '' : ' with the same SIMD');

const failureNote = ({ runtime, architecture, form, simd, reason }) =>
  `${runtime} cannot run ${architecture}, ${form}, with ${simd} SIMD: ${reason}`;

/** @param {Results} results */
const heading = (results) => {
  const { title, kind, command, date, machine, rounds, runs } = results;
  const { processor, cores, memoryGiB, system, v8, pinnedToCore } = machine;
  const engine = isOnClock(results) ? engineOf(results) : `${engineOf(results)} (V8 ${v8})`;
  const threads = kind === 'threads' ? 'One and two threads' : 'One thread';
  const place = pinnedToCore === null ? 'not pinned to a core' : `pinned to core ${pinnedToCore}`;
  return `# ${title}

\`${command}\`

${date}, ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, ${engine}. ${threads}, processes ${place}, ${rounds} rounds of
${runs} runs in turns. ${picturesOf(results)} pixels, batch 1, ${numbersOf(results)}, seeded random weights. Multiply-adds: ${workOf(results)}.`;
};

/** @param {Results} results */
const picturesOf = ({ networks }) => {
  const sizes = new Set(networks.map(({ size }) => `${size} x ${size}`));
  return [...sizes].join(', ');
};

/** @param {Results} results */
const numbersOf = ({ kind }) => (kind === 'int8' ? '32-bit floats and 8-bit integers' : '32-bit floats');

/** @param {Results} results */
const workOf = (results) => {
  const { kind, networks } = results;
  if (kind === 'int8') return millions(macsOf(results));
  if (kind === 'forms') return `${millions(networks[0].macs)}, ${millions(macsOf(results))} when sparse`;
  return networks.map(({ label, macs }) => `${millions(macs)}${label ? ` (${label})` : ''}`).join(', ');
};

const millions = (count) => `${(count / 1e6).toFixed(1)} M`;

const listOf = (notes) => notes.map((note) => `- ${note}`).join('\n');

/** Rows as a table of Markdown; the first is its head. */
export const tableOf = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
