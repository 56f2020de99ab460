// Writes the parts of documents that are generated from code and from measured results: text between `<!-- NAME -->` and `<!-- /NAME -->` in
// README.md and docs/, and the cards of models. With --check it changes nothing and fails if they are out of date.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../build/src/format/layout.js';
import { ops } from '../build/src/ops/index.js';
import { rareOps } from '../build/src/ops/rare.js';
import { supportedOperators } from '../build/src/converter/onnx/rules/index.js';
import { supportedTfliteOperators } from '../build/src/converter/tflite/rules/index.js';
import { benchmarkCharts, benchmarkParts } from './benchmarks/index.js';
import { table } from './benchmarks/text.js';
import { drawGroups } from './draw-groups.js';
import { imagenetCard } from './imagenet-card.js';
import { cards } from './model-cards.js';

const LINE = 120;
const CLI = fileURLToPath(new URL('../build/src/cli.js', import.meta.url));

const file = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(file(path), 'utf8');

const fence = (text) => `\`\`\`\n${text}\n\`\`\`\n`;

/** Names of operators as lines of text. */
const listOperators = (names) => {
  const lines = [''];
  for (const name of names) {
    if (lines.at(-1).length + name.length > LINE) lines.push('');
    lines[lines.length - 1] += `${name}, `;
  }
  return `${lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/,$/, '')}\n`;
};

/** The operators of ONNX and of ONNX Runtime that the converter supports. */
const operators = () =>
  `${listOperators(supportedOperators(''))}\nOf the domain \`com.microsoft\`, which ONNX Runtime writes into files that it optimises:\n${listOperators(supportedOperators('com.microsoft'))}`;

/** The operators of TensorFlow Lite that the converter supports. */
const tfliteOperators = () => listOperators(supportedTfliteOperators());

/** The comment at the top of src/format/layout.ts, without its introduction. */
const specification = () => {
  const comment = read('src/format/layout.ts')
    .split('\n')
    .filter((line) => line.startsWith('//'));
  return fence(
    comment
      .map((line) => line.slice(3))
      .slice(2)
      .join('\n'),
  );
};

const limits = () =>
  table(
    ['what', 'maximum'],
    [
      ['bytes of a file, to write', LIMITS.file],
      ['values of a network', LIMITS.values],
      ['elements of a value', LIMITS.elements],
      ['axes of a value', LIMITS.rank],
      ['inputs or outputs of a network, inputs of a node', LIMITS.inputs],
      ['inputs of all nodes', LIMITS.allInputs],
      ['entries of a list in an attribute, inputs or outputs of a block', LIMITS.list],
      ['labels', LIMITS.labels],
      ['bytes of a string', LIMITS.name],
      ['channels listed by the blocks of one convolution', LIMITS.channels],
      [`channels of all convolutions, plus ${LIMITS.perBlock} for each group unless depthwise`, LIMITS.allChannels],
    ],
  );

const showKind = (kind) => (typeof kind === 'string' ? kind : kind.join(' '));

const opTable = () =>
  table(
    ['code', 'op', 'inputs', 'attributes in the order of the file'],
    [...ops, ...rareOps].map(({ code, name, arity: [least, most], attrs }) => {
      const fields = Object.entries(attrs).map(([attr, kind]) => `${attr}: ${showKind(kind)}`);
      return [code, name, least === most ? least : `${least} to ${most}`, fields.join('; ')];
    }),
  );

const helpOf = (...words) => execFileSync(process.execPath, [CLI, ...words, '--help'], { encoding: 'utf8' }).trim();

/** The help of every command. */
const commands = () => {
  const names = [...helpOf().matchAll(/^ {2}(\w+) .*\[options\]/gm)].map(([, name]) => name);
  return names.map((name) => `## groupwise ${name}\n\n${fence(helpOf(name))}`).join('\n');
};

const GENERATED = { operators, tfliteOperators, specification, limits, ops: opTable, commands, ...benchmarkParts };

/** A document with its generated parts written anew, and their names. */
const renew = (text) => {
  const names = Object.keys(GENERATED).filter((name) => text.includes(`<!-- ${name} -->`));
  const renewed = names.reduce(
    (current, name) =>
      current.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`),
        (_, start, end) => `${start}\n${GENERATED[name]()}\n${end}`,
      ),
    text,
  );
  return { renewed, names };
};

const paths = ['README.md', ...readdirSync(file('docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const documents = paths.map((path) => [path, renew(read(path))]);
for (const name of Object.keys(GENERATED)) {
  if (!documents.some(([, { names }]) => names.includes(name))) throw new Error(`no document has <!-- ${name} -->`);
}

const texts = {
  ...Object.fromEntries(documents.map(([path, { renewed }]) => [path, renewed])),
  'docs/images/groups.svg': await drawGroups(),
  ...benchmarkCharts(),
  ...(await cards()),
  ...(await imagenetCard()),
};
for (const [path, contents] of Object.entries(texts)) {
  if (existsSync(file(path)) && read(path) === contents) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} is out of date: run \`npm run docs\``);
    process.exitCode = 1;
  } else {
    mkdirSync(new URL('.', file(path)), { recursive: true });
    writeFileSync(file(path), contents);
  }
}
