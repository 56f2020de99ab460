// Models that come with groupwise: the default of the command line, from a checkout and as installed, and their cards.

import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_MODEL, IMAGENET_MODEL } from '../../src/cli/bundled-models.js';
import { convertOnnx } from '../../src/convert.js';
import { groupwise, temporaryFolder, tiny, type Outcome } from '../support/command.js';

const PICTURE = resolve('examples/pictures/ship.jpg');
const LABELS = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const FACTS = {
  task: 'pictures as one of ten classes',
  network: 'a few convolutions',
  data: 'none',
  accuracy: { f32: 0.1, f16: 0.0999 },
  test: 'nothing',
  speed: [{ milliseconds: 0.25, machine: 'a machine', command: 'groupwise bench' }],
  command: 'python train.py',
  seed: 7,
};

const { cardOf } = (await import(join(process.cwd(), 'scripts/model-cards.js'))) as {
  cardOf: (folder: URL) => Promise<string>;
};
const { imagenetCard } = (await import(join(process.cwd(), 'scripts/imagenet-card.js'))) as {
  imagenetCard: () => Promise<Record<string, string>>;
};

// As in a checkout, with a small network in the place of the trained one; and without any.
const folder = temporaryFolder();
const root = join(folder, 'groupwise'),
  bare = join(folder, 'bare');
const home = join(root, 'models', DEFAULT_MODEL);
const file = join(home, 'model.gw');

const test = suite('shipped models');

test.before(async () => {
  for (const place of [root, bare]) cpSync('dist', join(place, 'dist'), { recursive: true });
  for (const place of [root, bare])
    for (const name of ['package.json', 'README.md', 'LICENSE']) cpSync(name, join(place, name));
  mkdirSync(home, { recursive: true });
  const bytes = await convertOnnx(new Uint8Array(readFileSync(tiny('separable'))), {
    labels: LABELS,
    license: 'MIT',
    weights: 'f16',
    testVector: { inputs: { image: new Float32Array(3 * 16 * 16).fill(0.5) } },
    preprocess: {
      width: 16,
      height: 16,
      resize: 'squash',
      shortSide: 0,
      filter: 'bilinear',
      order: 'RGB',
      divisor: 255,
      mean: [0.5],
      std: [0.25],
      fill: 0,
    },
  });
  writeFileSync(file, bytes);
  writeFileSync(join(home, 'labels.txt'), `${LABELS.join('\n')}\n`);
  writeFileSync(join(home, 'facts.json'), JSON.stringify(FACTS));
});

/** Runs a script in a folder, by default outside of the project, whose packages commands would find. */
const run = (command: string, words: readonly string[], input?: Uint8Array, cwd = folder): Outcome => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], { cwd, ...(input && { input }) });
  return { code: status, out: stdout.toString(), err: stderr.toString() };
};

const own = (words: readonly string[], input?: Uint8Array): Outcome => run(join(root, 'dist/cli.js'), words, input);

const resultsOf = ({ code, out, err }: Outcome): { label: string; score: number }[] => {
  assert.is(code, 0, err);
  const [first] = JSON.parse(out) as { results: { label: string; score: number }[] }[];
  return first!.results;
};

test('a photo is classified without a model by the bundled one, which is named', () => {
  const named = resultsOf(groupwise(['classify', file, PICTURE, '--json']));
  assert.is(named.length, 5);
  const found = own(['classify', PICTURE, '--json']);
  assert.equal(resultsOf(found), named);
  assert.match(
    found.err,
    new RegExp(`${DEFAULT_MODEL} is used: airplane, .*truck; .* ImageNet: npm install groupwise-imagenet\n$`),
  );
  assert.equal(resultsOf(own(['classify', '-', '--json'], readFileSync(PICTURE))), named);
  assert.equal(resultsOf(own(['classify', '-', PICTURE, '--json'], readFileSync(file))), named);
  const two = JSON.parse(own(['classify', PICTURE, resolve('examples/pictures/cat.jpg'), '--json']).out) as unknown[];
  assert.is(two.length, 2);
});

test('every command takes the name of a bundled model, and models lists them', () => {
  const named = own(['classify', DEFAULT_MODEL, PICTURE, '--json']);
  assert.equal(resultsOf(named), resultsOf(groupwise(['classify', file, PICTURE, '--json'])));
  assert.is(named.err, '');
  for (const words of [
    ['inspect', DEFAULT_MODEL],
    ['verify', DEFAULT_MODEL],
    ['bench', DEFAULT_MODEL, '--runs', '1'],
  ])
    assert.is(own(words).code, 0, words[0]);
  assert.match(own(['models']).out, new RegExp(`${DEFAULT_MODEL} \\(default\\) +10 .* MIT`));
  const [listed] = JSON.parse(own(['models', '--json']).out) as Record<string, unknown>[];
  assert.equal([listed!.name, listed!.default, listed!.bytes], [DEFAULT_MODEL, true, readFileSync(file).length]);
});

test('what is missing is named: the model that should be there, photos, files', () => {
  const none = run(join(bare, 'dist/cli.js'), ['classify', PICTURE]);
  assert.equal([none.code, none.out], [1, '']);
  assert.match(
    none.err,
    new RegExp(
      `no model is given, and the bundled model .*models/${DEFAULT_MODEL}/model\\.gw does not exist: give a model\\.gw before the photos, or npm install groupwise-imagenet`,
    ),
  );
  assert.match(run(join(bare, 'dist/cli.js'), ['models']).err, /no bundled models are installed/);
  const alone = own(['classify', file]);
  assert.is(alone.code, 2);
  assert.match(alone.err, /only a model is given/);
  for (const words of [
    ['verify', 'nothing'],
    ['classify', 'nothing', PICTURE],
  ]) {
    const { code, err } = own(words);
    assert.is(code, 1);
    assert.match(
      err,
      new RegExp(`^groupwise: nothing is neither a file nor a bundled model \\(${DEFAULT_MODEL}\\)\n$`),
    );
  }
  assert.match(
    own(['inspect', IMAGENET_MODEL]).err,
    /^groupwise: imagenet-efficientnet-lite0 is not installed: npm install groupwise-imagenet\n$/,
  );
  const photo = join(folder, 'text.jpg');
  writeFileSync(photo, 'no photo');
  const text = own(['classify', photo, '--json']);
  assert.match(text.err, /text\.jpg: .*of an unknown kind/);
  assert.is((JSON.parse(text.out) as unknown[]).length, 1);
  assert.match(own(['classify', join(folder, 'none.gw'), PICTURE]).err, /none\.gw: there is no such file/);
  assert.match(
    own(['classify', resolve('package.json'), PICTURE]).err,
    /package\.json: not the index of a model in parts/,
  );
});

test('the package holds the default model and no other, and classifies with it when it is installed', () => {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  assert.equal(files, ['dist', `models/${DEFAULT_MODEL}`, 'examples/pictures/cat.jpg']);
  mkdirSync(join(root, 'models/other'));
  cpSync(file, join(root, 'models/other/model.gw'));
  const npm = (words: string[], cwd: string): string => {
    const { status, stdout, stderr } = spawnSync('npm', words, { cwd, shell: process.platform === 'win32' });
    assert.is(status, 0, stderr.toString());
    return stdout.toString();
  };
  const [pack] = JSON.parse(npm(['pack', '--json', '--ignore-scripts'], root)) as {
    filename: string;
    files: { path: string }[];
  }[];
  const models = pack!.files.map(({ path }) => path).filter((path) => path.startsWith('models/'));
  assert.equal(
    models.sort(),
    ['facts.json', 'labels.txt', 'model.gw'].map((name) => `models/${DEFAULT_MODEL}/${name}`),
  );
  const application = join(folder, 'application');
  mkdirSync(application);
  writeFileSync(join(application, 'package.json'), '{}');
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', join(root, pack!.filename)], application);
  const installed = run(join(application, 'node_modules/.bin/groupwise'), ['classify', PICTURE, '--json']);
  assert.equal(resultsOf(installed), resultsOf(groupwise(['classify', file, PICTURE, '--json'])));
  writeFileSync(
    join(application, 'app.mjs'),
    [
      "import { createRequire } from 'node:module';",
      "import { loadClassifier } from 'groupwise/node';",
      `const model = createRequire(import.meta.url).resolve('groupwise/models/${DEFAULT_MODEL}/model.gw');`,
      'const results = await (await loadClassifier(model)).classify(process.argv[2]);',
      'console.log(JSON.stringify([{ results }]));',
    ].join('\n'),
  );
  assert.equal(resultsOf(run(join(application, 'app.mjs'), [PICTURE])), resultsOf(installed));
});

test('a card says what the files are, and is refused where they do not fit', async () => {
  const place = pathToFileURL(`${home}/`);
  const card = await cardOf(place);
  const bytes = readFileSync(file);
  assert.ok(card.includes(createHash('sha256').update(bytes).digest('hex')));
  assert.match(card, new RegExp(`\\| size \\| ${bytes.length.toLocaleString('en-US')} bytes`));
  assert.match(card, /10\.00 % with f32 weights, 9\.99 % with f16/);
  assert.match(card, /\| sample pictures \| \d+ of 10 known/);
  const { macs } = JSON.parse(groupwise(['inspect', file, '--json']).out) as { macs: number };
  assert.ok(card.includes(macs.toLocaleString('en-US')));

  const refused = async (name: string, text: string, message: RegExp): Promise<void> => {
    const before = readFileSync(join(home, name));
    writeFileSync(join(home, name), text);
    await cardOf(place).then(
      () => assert.unreachable(name),
      (error: Error) => assert.match(error.message, message),
    );
    writeFileSync(join(home, name), before);
  };
  await refused('labels.txt', LABELS.slice(1).join('\n'), /labels\.txt are other labels/);
  await refused(
    'facts.json',
    JSON.stringify({ ...FACTS, seed: undefined, colour: 'red' }),
    /lacks seed \(number\); has colour/,
  );
  await refused(
    'facts.json',
    JSON.stringify({ ...FACTS, accuracy: { f32: 91 } }),
    /no accuracy\.f32 from 0 to 1; gives no accuracy\.f16/,
  );
});

for (const name of readdirSync('models', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !existsSync(join('models', entry.name, 'package.json')))
  .map((entry) => entry.name)) {
  test(`${name} gives PyTorch's scores, or those of its test vector, and its card is true`, async () => {
    const expected = `test/fixtures/models/${name}.npy`;
    const arrays = ['--input', 'test/fixtures/models/input.npy', '--expected', expected, '--tolerance', '1e-3'];
    const { code, err } = groupwise(['verify', `models/${name}/model.gw`, ...(existsSync(expected) ? arrays : [])]);
    assert.is(code, 0, err);
    assert.is(
      readFileSync(`models/${name}/README.md`, 'utf8'),
      await cardOf(pathToFileURL(join(process.cwd(), 'models', name, '/'))),
    );
  });
}

const DOG = resolve('../shared/data/images/misc/pytorch_hub_dog.jpg');
const IMAGENET = `models/${IMAGENET_MODEL}`;

test('the ImageNet model has under 5 MB and 1000 labels', () => {
  assert.ok(readFileSync(`${IMAGENET}/model.gw`).length < 5e6);
  const { out } = groupwise(['inspect', `${IMAGENET}/model.gw`, '--json']);
  const { metadata } = JSON.parse(out) as { metadata: { labels: string[] } };
  assert.is(metadata.labels.length, 1000);
  assert.equal(metadata.labels, readFileSync(`${IMAGENET}/labels.txt`, 'utf8').trim().split('\n'));
});

test('its package is a workspace, and its card is true', async () => {
  const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] };
  assert.equal(workspaces, [IMAGENET]);
  for (const [path, text] of Object.entries(await imagenetCard())) assert.is(readFileSync(path, 'utf8'), text);
});

/** Copies groupwise, and the ImageNet model, into folders of packages; the path of the command line. */
const installAt = (place: string, modelPlace: string): string => {
  const target = join(place, 'node_modules/groupwise');
  for (const part of ['dist', `models/${DEFAULT_MODEL}`])
    cpSync(join(root, part), join(target, part), { recursive: true });
  cpSync(IMAGENET, join(modelPlace, 'node_modules/groupwise-imagenet'), { recursive: true });
  return join(target, 'dist/cli.js');
};

test('the ImageNet model is found beside groupwise and in the folder of the user, and used for photos', () => {
  const labels = readFileSync(`${IMAGENET}/labels.txt`, 'utf8').trim().split('\n');
  const [beside, own, other] = ['beside', 'own', 'other'].map((name) => join(folder, name)) as [string, string, string];
  for (const [cli, cwd] of [
    [installAt(beside, beside), folder],
    [installAt(other, own), own],
  ] as const) {
    const found = run(cli, ['classify', PICTURE, '--json'], undefined, cwd);
    assert.match(found.err, new RegExp(`${IMAGENET_MODEL} is used: 1000 classes\n$`));
    assert.ok(labels.includes(resultsOf(found)[0]!.label));
    assert.match(run(cli, ['models'], undefined, cwd).out, new RegExp(`${IMAGENET_MODEL} \\(default\\)`));
  }
});

if (existsSync(DOG)) {
  test('a checkout labels a photo of a dog without a model', () => {
    const found = run(resolve('dist/cli.js'), ['classify', DOG, '--json']);
    assert.is(resultsOf(found)[0]!.label, 'Samoyed');
    assert.match(found.err, /imagenet-efficientnet-lite0 is used: 1000 classes/);
  });
} else console.log('skipped, because ../shared is not there: a checkout labels a photo of a dog');

test.run();
