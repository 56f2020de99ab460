// The card of a shipped model: models/<name>/README.md from facts.json, what was measured, and from the files beside
// it, what the model is. What follows from the files is computed, so that a card that `npm run check:docs` passes is
// true of them.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { preprocess } from '../build/src/image/preprocess.js';
import { pictureKernels } from '../build/src/kernels/pictures.js';
import { decodeImage, loadClassifier } from '../build/src/node.js';

const PICTURES = new URL('../examples/pictures/', import.meta.url);

/** The fields of facts.json. */
const FACTS = {
  task: 'string', // what it classifies as what
  network: 'string', // architecture, widths, kind and number of groups
  data: 'string', // what it was trained on, and under which terms
  accuracy: 'object', // { f32, f16 }: top-1 on the test set, 0 to 1
  test: 'string', // the set that accuracy is of
  speed: 'object', // [{ milliseconds, machine, command }]: one picture, one thread
  command: 'string', // what trained it
  seed: 'number',
};

const readFacts = (folder) => {
  const facts = JSON.parse(readFileSync(new URL('facts.json', folder), 'utf8'));
  const expected = Object.keys(FACTS)
    .filter((name) => typeof facts[name] !== FACTS[name])
    .map((name) => `${name} (${FACTS[name]})`);
  const unknown = Object.keys(facts).filter((name) => !(name in FACTS));
  const faults = [
    ...(expected.length ? [`lacks ${expected.join(', ')}`] : []),
    ...(unknown.length ? [`has ${unknown.join(', ')}, which no card shows`] : []),
    ...['f32', 'f16']
      .filter((kind) => !(facts.accuracy?.[kind] >= 0 && facts.accuracy[kind] <= 1))
      .map((kind) => `gives no accuracy.${kind} from 0 to 1`),
    ...(Array.isArray(facts.speed) &&
    facts.speed.every(({ milliseconds, machine, command }) => milliseconds > 0 && machine && command)
      ? []
      : ['gives no list of speed: { milliseconds, machine, command }']),
  ];
  if (faults.length) throw new Error(`${folder.pathname}facts.json ${faults.join('; ')}`);
  return facts;
};

/** A whole number with commas. */
export const count = (number) => number.toLocaleString('en-US');
const percent = (share) => `${(share * 100).toFixed(2)} %`;

/** How photos are prepared, in one line. */
export const showPreprocess = ({ width, height, resize, shortSide, filter, order, divisor, mean, std }) =>
  `${width}x${height} ${order}, ${resize}${shortSide ? ` ${shortSide}` : ''}, ${filter}, (x / ${divisor} - [${mean.join(', ')}]) / [${std.join(', ')}]`;

const SAMPLES = readdirSync(PICTURES)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => ({ label: name.replace('.jpg', ''), bytes: new Uint8Array(readFileSync(new URL(name, PICTURES))) }));

/** How many of the sample pictures are classified correctly, if the model has their classes. */
const samplesOf = async (classifier, labels) => {
  if (!SAMPLES.every(({ label }) => labels.includes(label))) return undefined;
  let known = 0;
  for (const { label, bytes } of SAMPLES) {
    const [best] = await classifier.classify(bytes);
    if (best.label === label) known++;
  }
  return `${known} of ${SAMPLES.length} known`;
};

/** Multiply-accumulates of a model; where they depend on the picture, also the mean over the sample pictures. */
const macsOf = async (model, { macs, dense, metadata }) => {
  const kernels = await pictureKernels(model.host, model.kernels);
  let sum = 0;
  for (const { bytes } of SAMPLES) {
    const { layers } = model.profile(preprocess(kernels, await decodeImage(bytes), metadata.preprocess));
    for (const layer of layers) sum += layer.macs;
  }
  const mean = Math.round(sum / SAMPLES.length);
  if (mean !== macs) return `${count(macs)} at most; ${count(mean)} for a picture, the mean over the sample pictures`;
  return macs === dense.macs ? count(macs) : `${count(macs)}; ${count(dense.macs)} without groups`;
};

/** @throws {Error} unless labels.txt has these labels */
export const checkLabels = (folder, labels) => {
  const listed = readFileSync(new URL('labels.txt', folder), 'utf8').trim().split(/\r?\n/);
  if (listed.join('\n') !== labels.join('\n'))
    throw new Error(`${folder.pathname}labels.txt are other labels than those in model.gw`);
};

/** Checks that labels.txt and the file agree, and that it says what a shipped model must. */
const checkModel = (folder, { labels, preprocess, license }) => {
  const missing = Object.entries({ labels, preprocess, license })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (missing.length)
    throw new Error(`${folder.pathname}model.gw has no ${missing.join(', no ')}: convert it with them`);
  checkLabels(folder, labels);
};

/** The text of the card of the model in `folder`, a URL. @throws {Error} that says what is missing or inconsistent */
export const cardOf = async (folder) => {
  const name = folder.pathname.split('/').at(-2);
  const facts = readFacts(folder);
  const bytes = new Uint8Array(readFileSync(new URL('model.gw', folder)));
  const classifier = await loadClassifier(bytes, { deterministic: true });
  const { model } = classifier;
  const description = model.describe();
  const { weights, dense, metadata } = description;
  checkModel(folder, metadata);
  const macs = await macsOf(model, description);
  const samples = await samplesOf(classifier, metadata.labels);
  classifier.dispose();
  const rows = [
    ['task', facts.task],
    ['network', facts.network],
    [
      'accuracy',
      `${percent(facts.accuracy.f32)} with f32 weights, ${percent(facts.accuracy.f16)} with f16; top-1 on ${facts.test}`,
    ],
    ['sample pictures', samples],
    ['multiply-accumulates', macs],
    [
      'weights',
      weights === dense.weights ? count(weights) : `${count(weights)}; ${count(dense.weights)} without groups`,
    ],
    [
      'time of a picture',
      facts.speed
        .map(({ milliseconds, machine, command }) => `${milliseconds} ms (${machine}; \`${command}\`)`)
        .join('; '),
    ],
    ['size', `${count(bytes.length)} bytes`],
    ['sha256', createHash('sha256').update(bytes).digest('hex')],
    ['photos', showPreprocess(metadata.preprocess)],
    ['classes', metadata.labels.length > 20 ? `${metadata.labels.length}, see labels.txt` : metadata.labels.join(', ')],
    ['data', facts.data],
    ['license', metadata.license],
    ['seed', String(facts.seed)],
  ].filter(([, value]) => value !== undefined);
  return `# ${name}

Written by \`npm run docs\` from \`facts.json\` and \`model.gw\`.

| | |
|---|---|
${rows.map(([what, value]) => `| ${what} | ${value} |\n`).join('')}
Trained by

\`\`\`
${facts.command}
\`\`\`
`;
};

/** Path and text of every card, of the models under `folder`, a URL; the model in a package of its own has another. */
export const cards = async (folder = new URL('../models/', import.meta.url)) => {
  const texts = {};
  for (const name of readdirSync(folder).sort()) {
    const has = (file) => existsSync(new URL(`${name}/${file}`, folder));
    if (has('model.gw') && !has('package.json'))
      texts[`models/${name}/README.md`] = await cardOf(new URL(`${name}/`, folder));
  }
  return texts;
};
