// The results of a table as Markdown.

import { DENSE } from '../networks/build.js';
import { fastestOf, figureOf, hasGroups, macsOf, timesOurs } from './results.js';
import { OURS } from '../runtimes/index.js';

/** @typedef {import('./results.js').Results} Results */

/** @param {Results} results */
export const markdownOf = (results) => {
  const groups = hasGroups(results);
  const rows = (groups ? formRows : runtimeRows)(results);
  return `${[heading(results), markdownTable(rows), groups ? GROUPS_NOTE : DENSE_NOTE].join('\n\n')}\n`;
};

const TIMES_OURS = 'times groupwise';

const DENSE_NOTE = `- *CPU ms*: processor time of the cheapest run, by all threads of the process. *fastest* and *median* are on the clock.
- *${TIMES_OURS}*: CPU ms, divided by those of groupwise with the same SIMD.
- *difference*: the largest of an output from that of native ONNX Runtime, relative to the largest output.
- *download*: what a page loads to run networks, gzipped; for groupwise it includes reading and preparing pictures.`;

const GROUPS_NOTE = `CPU ms: processor time of the cheapest run, by all threads of the process.

- *masked*: dense weights with zeros outside the groups.
- *gathered*: a gather and a convolution for each group, a concatenation, a gather into the original order.
- *padded*: a gather, a convolution in equal groups that are filled up to the largest, a gather.
- *times as fast as dense*: the fastest form, compared with the same runtime's dense network.
- *${TIMES_OURS}*: the fastest form, divided by the fastest form of groupwise with the same SIMD.`;

const heading = (results) => {
  const { title, command, date, machine, rounds, runs, networks } = results;
  const { processor, cores, memoryGiB, system, node, v8, pinnedToCore } = machine;
  const groups = hasGroups(results) ? `, ${millions(macsOf(results))} with groups` : '';
  const place = pinnedToCore === null ? 'not pinned to a core' : `pinned to core ${pinnedToCore}`;
  return `# ${title}

\`${command}\`

${date}, ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node} (V8 ${v8}). One thread, processes ${place}, ${rounds} rounds of
${runs} runs in turns. 224 x 224 pixels, batch 1, 32-bit floats, seeded random weights. Multiply-adds: ${millions(networks[0].macs)}${groups}.`;
};

/** @param {Results} results */
const runtimeRows = (results) => [
  ['runtime', 'SIMD', 'CPU ms', 'fastest ms', 'median ms', TIMES_OURS, 'difference', 'download kB'],
  ...entries(results).map(({ runtime, simd }) => {
    const { cpuMs, fastestMs, medianMs, difference } = figureOf(results, runtime.name, simd, DENSE);
    return [
      titleOf(runtime),
      simdOf(runtime, simd),
      cpuMs.toFixed(2),
      fastestMs.toFixed(2),
      medianMs.toFixed(2),
      timesOurs(results, runtime.name, simd).toFixed(2),
      difference.toExponential(1),
      runtime.downloadBytes ? Math.round(runtime.downloadBytes / 1000) : '',
    ];
  }),
];

/** @param {Results} results */
const formRows = (results) => {
  const forms = results.networks.map(({ form }) => form);
  return [
    ['runtime', 'SIMD', ...forms.map((form) => `${form}, CPU ms`), 'times as fast as dense', TIMES_OURS],
    ...entries(results).map(({ runtime, simd }) => {
      const figures = forms.map((form) => figureOf(results, runtime.name, simd, form));
      const winner = fastestOf(results, runtime.name, simd);
      return [
        titleOf(runtime),
        simdOf(runtime, simd),
        ...figures.map((figure) => (figure ? emphasis(figure.cpuMs.toFixed(2), figure === winner) : '')),
        (figures[0].cpuMs / winner.cpuMs).toFixed(2),
        timesOurs(results, runtime.name, simd).toFixed(2),
      ];
    }),
  ];
};

/** Each runtime with each kind of SIMD that was measured. @param {Results} results */
const entries = ({ runtimes, figures }) =>
  ['plain', 'relaxed'].flatMap((simd) =>
    runtimes
      .filter(({ name }) => figures.some((figure) => figure.runtime === name && figure.simd === simd))
      .map((runtime) => ({ runtime, simd })),
  );

const millions = (count) => `${(count / 1e6).toFixed(1)} M`;

const titleOf = ({ name, title, version }) => emphasis(`${title} ${version}`, name === OURS);

const simdOf = ({ downloadBytes }, simd) => (downloadBytes === null ? 'native' : simd);

const emphasis = (text, strong) => (strong ? `**${text}**` : text);

const markdownTable = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
