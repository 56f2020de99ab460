// The applications that bundlers build: one for every case, whose module `case.js` exports `run`, and the page that
// shows what it returns.

/** An application. */
export type Application = {
  /** Name of the case. */
  name: string;
  /** What `run` returns if all is well. */
  expected: string;
  /** What the bundler must be told for this case alone. */
  configuration?: string;
  /** The module that exports `run`, and what it loads, by file name. */
  files: Readonly<Record<string, string>>;
};

const LABEL = `const [{ label }] = await classifier.classify(await (await fetch('cat.jpg')).blob());
  return label;`;

/** Classifies a picture with an entry. */
export const classifying = (name: string, entry: string, options = '', before = ''): Application => ({
  name,
  expected: 'cat',
  files: {
    'case.js': `import { loadClassifier } from '${entry}';
${before}
export const run = async () => {
  const classifier = await loadClassifier('model.gw'${options});
  ${LABEL}
};
`,
  },
});

const OWN_WORKER: Application = {
  name: 'own worker',
  expected: 'cat',
  files: {
    'case.js': `export const run = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker cannot be loaded'));
    worker.postMessage(document.baseURI);
  });
`,
    'worker.js': `import { loadClassifier } from 'groupwise';

onmessage = async ({ data: base }) => {
  const classifier = await loadClassifier(new URL('model.gw', base));
  const [{ label }] = await classifier.classify(await (await fetch(new URL('cat.jpg', base))).blob());
  postMessage(label);
};
`,
  },
};

/** Converts a network, and runs it with an entry. */
export const converting = (entry: string): Application => ({
  name: 'convert',
  expected: '1,10',
  files: {
    'case.js': `import { loadModel } from '${entry}';
import { convertOnnx } from 'groupwise/convert';

export const run = async () => {
  const network = await (await fetch('network.onnx')).arrayBuffer();
  const model = await loadModel(await convertOnnx(network));
  const [output] = Object.values(model.run(new Float32Array(3 * 16 * 16)));
  return String(output.shape);
};
`,
  },
});

const RARE_OPS: Application = {
  name: 'rare ops',
  expected: '1,3,6,10,15,21',
  files: {
    'case.js': `import { loadModel } from 'groupwise';

export const run = async () => {
  const model = await loadModel('rare.gw');
  return String(model.run(Float32Array.of(1, 2, 3, 4, 5, 6)).y.data);
};
`,
  },
};

/** The cases that need nothing of a bundler but that it follows imports. */
export const PAGES: readonly Application[] = [
  classifying('groupwise', 'groupwise'),
  classifying('worker: true', 'groupwise', ', { worker: true }'),
  OWN_WORKER,
  converting('groupwise'),
  RARE_OPS,
  classifying('external', 'groupwise/external'),
];

/** Whether an application has one module only. */
export const isWithoutWorker = ({ files }: Application): boolean => !('worker.js' in files);

/** The application of that name. */
export const named = (name: string, applications: readonly Application[]): Application[] =>
  applications.filter((application) => application.name === name);

/** How a bundler gives the URL of a file: a statement that declares `url`. */
export type UrlOf = (path: string) => string;

/** The cases that need the URL of a file of the package. */
export const assetPages = (urlOf: UrlOf): Application[] => [
  {
    name: 'model file',
    expected: 'cat',
    files: {
      'case.js': `import { loadClassifier } from 'groupwise';
${urlOf('groupwise/models/cifar10-fast-flgc4/model.gw')}

export const run = async () => {
  const classifier = await loadClassifier(url);
  ${LABEL}
};
`,
    },
  },
  classifying('workerUrl', 'groupwise', ', { worker: true, workerUrl: url }', urlOf('groupwise/groupwise.min.js')),
  classifying('kernels', 'groupwise/external', ', { kernels: url }', urlOf('groupwise/kernels/simd.wasm')),
];

const onServer = (name: string, body: string): Application => ({
  name,
  expected: 'cat',
  files: {
    'case.js': `import { loadClassifier } from 'groupwise/node';

export const run = async () => {
  ${body}
};
`,
  },
});

/** The cases of servers, whose working directory has the files. */
export const SERVERS: readonly Application[] = [
  onServer(
    'node',
    `const classifier = await loadClassifier('public/model.gw');
  const [{ label }] = await classifier.classify('public/cat.jpg');
  await classifier.classify('public/photo.webp');
  return label;`,
  ),
  onServer(
    'node, worker: true',
    `const classifier = await loadClassifier('public/model.gw', { worker: true });
  const [{ label }] = await classifier.classify('public/cat.jpg');
  classifier.dispose();
  return label;`,
  ),
];

/** The entry of a page: shows what the case returns. */
export const PAGE_ENTRY = `import { run } from './case.js';

run().then(
  (value) => (globalThis.outcome = { value }),
  (error) => (globalThis.outcome = { error: String(error) }),
);
`;

/** The entry of a server: prints what the case returns. */
export const SERVER_ENTRY = `import { run } from './case.js';

run().then(
  (value) => console.log(value),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
`;

/** The page: also catches errors of the bundle itself. */
export const html = (script: string): string => `<!doctype html>
<meta charset="utf-8" />
<title>groupwise</title>
<script>
  const note = (error) => (globalThis.outcome ??= { error: String(error) });
  addEventListener('error', ({ message, target }) => note(message ?? \`\${target.src} cannot be loaded\`), true);
  addEventListener('unhandledrejection', ({ reason }) => note(reason));
</script>
${script}
`;
