// Writes what the documents repeat from the code and the models: the operators in README.md, docs/model-file.md, cards of models.
// With --check it changes nothing and fails if they are out of date.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { LIMITS } from '../build/src/format/layout.js';
import { ops } from '../build/src/ops/index.js';
import { supportedOperators } from '../build/src/converter/onnx/rules/index.js';
import { cards } from './model-cards.js';

const file = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(file(path), 'utf8');

const between = (text, name, contents) =>
  text.replace(new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`), (_, start, end) => start + contents + end);

const wrap = (words) => {
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1).length + word.length > 120) lines.push('');
    lines[lines.length - 1] += `${word}, `;
  }
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/,$/, '');
};

const showKind = (kind) => (typeof kind === 'string' ? kind : kind.join(' '));

const opTable = ops
  .map(({ code, name, arity: [least, most], attrs }) => {
    const fields = Object.entries(attrs).map(([attr, kind]) => `${attr}: ${showKind(kind)}`);
    return `| ${code} | ${name} | ${least === most ? least : `${least} to ${most}`} | ${fields.join('; ')} |\n`;
  })
  .join('');

const limitTable = [
  ['bytes of a file, to write', LIMITS.file],
  ['values of a network', LIMITS.values],
  ['elements of a value', LIMITS.elements],
  ['axes of a value', LIMITS.rank],
  ['inputs or outputs of a network, inputs of a node', LIMITS.inputs],
  ['entries of a list in an attribute, inputs or outputs of a block', LIMITS.list],
  ['labels', LIMITS.labels],
  ['bytes of a string', LIMITS.name],
  ['channels that the blocks of one convolution name', LIMITS.channels],
  [
    `channels of all convolutions together, each group counting ${LIMITS.perBlock} more but in depthwise ones`,
    LIMITS.allChannels,
  ],
]
  .map(([what, most]) => `| ${what} | ${most} |\n`)
  .join('');

const specification = read('src/format/layout.ts')
  .split('\n')
  .filter((line) => line.startsWith('//'))
  .map((line) => line.slice(3))
  .slice(2)
  .join('\n');

const documents = {
  'README.md': between(read('README.md'), 'operators', `${wrap(supportedOperators())}\n`),
  'docs/model-file.md': `# The model file, version 1

Generated from \`src/format/layout.ts\` and \`src/ops/\` by \`npm run docs\`.

\`\`\`
${specification}
\`\`\`

## Limits

Readers refuse what is beyond these, so that no file takes long to load:

| what | most |
|---|---|
${limitTable}
## Ops

Arrays inside the network are channels-last; inputs and outputs are as in the ONNX file. What an op computes stands above its
declaration in \`src/ops/\`.

| code | op | inputs | attributes in the order of the file |
|---|---|---|---|
${opTable}`,
  ...(await cards()),
};

for (const [path, contents] of Object.entries(documents)) {
  const current = existsSync(file(path)) ? read(path) : '';
  if (current === contents) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} is out of date: run \`npm run docs\``);
    process.exitCode = 1;
  } else {
    writeFileSync(file(path), contents);
  }
}
