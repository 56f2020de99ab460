// The pages in which browsers run the cases: every kind of page and worker that loads the package in another way.

import type { Made } from '../serve.js';

/** A kind of page or worker; its page is `/NAME.html`. */
type Place = { name: string; page: (origin: string) => Readonly<Record<string, Made>> };

const ENTRIES = { index: '/package/dist/index.js', external: '/package/dist/external.js' };
const UMD = '/package/dist/umd/groupwise.min.js';
const LATER_FILES = ['groupwise-ops.min.js', 'groupwise-loading.min.js', 'groupwise-worker.min.js'].map(
  (name) => `/package/dist/umd/${name}`,
);

/** Pages may ask their own server for files, and for nothing else. */
const policy = (origin: string): string =>
  [
    "default-src 'none'",
    `script-src ${origin} 'unsafe-inline' 'wasm-unsafe-eval' blob:`,
    `connect-src ${origin} data: blob:`,
    `worker-src ${origin} blob:`,
    `img-src ${origin} blob:`,
    `media-src ${origin} blob:`,
    `frame-src ${origin}`,
  ].join('; ');

/** The strictest policy that allows WebAssembly: no inline scripts, and neither blob: nor data: for scripts and workers. */
const strict = (origin: string): string =>
  `default-src 'none'; script-src ${origin} 'wasm-unsafe-eval'; worker-src ${origin}; connect-src ${origin}; img-src blob:; media-src blob:`;

const page = (origin: string, body: string, rules = policy): Made => ({
  body: `<!doctype html><meta charset="utf-8"><title>matrix</title><body>${body}`,
  headers: { 'content-security-policy': rules(origin) },
});

const script = (body: string): Made => ({ body, headers: { 'service-worker-allowed': '/' } });

/** A module that runs the cases with an entry. `convert` is imported at once: service workers import nothing later. */
const moduleText = (place: string, origin: string, entry: keyof typeof ENTRIES, more = ''): string => `
import * as library from '${origin}${ENTRIES[entry]}';
import * as convert from '${origin}/package/dist/convert.js';
import { runAt } from '${origin}/matrix/places/page.js';
const run = () => runAt('${place}', '${origin}', library, { convert: async () => convert, ${more} });
`;

/** A classic script that runs the cases with the file for script tags. */
const classicText = (place: string, origin: string, more = ''): string => `
const run = () => matrix.runAt('${place}', '${origin}', groupwise, { ${more} });
`;

const imports = (origin: string): string =>
  [UMD, ...LATER_FILES, '/suite.js'].map((path) => `importScripts('${origin}${path}');`).join('\n');

/** Service workers run while they answer a message. */
const WHEN_ASKED = `addEventListener('message', (event) => event.waitUntil(run()));
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

const LATER = 'service workers import nothing after they are installed';

const UNKNOWN = 'a script does not know the address of one that it imports';

/** What the file for script tags would load beside itself in a worker of a worker. */
const NO_NESTED_FILES = `skipped: {
  'worker: an op that is loaded on demand': '${UNKNOWN}',
  'worker: exact outputs of two threads, or the reason for one': '${UNKNOWN}',
}`;

const register = (path: string, type: string): string => `<script type="module">
const registration = await navigator.serviceWorker.register('${path}', { type: '${type}', scope: '/${type}/' });
const worker = registration.installing ?? registration.active;
while (worker.state !== 'activated') await new Promise((done) => setTimeout(done, 50));
worker.postMessage('start');
</script>`;

const inline = (text: string): string => `<script type="module">${text} await run();</script>`;

export const places: readonly Place[] = [
  {
    name: 'module',
    page: (origin) => ({ '/module.html': page(origin, inline(moduleText('module', origin, 'index'))) }),
  },
  {
    name: 'external',
    page: (origin) => ({ '/external.html': page(origin, inline(moduleText('external', origin, 'external'))) }),
  },
  {
    name: 'script-tag',
    page: (origin) => ({
      '/script-tag.html': page(
        origin,
        `<script src="${UMD}"></script><script src="/suite.js"></script><script>${classicText('script-tag', origin)} run();</script>`,
      ),
    }),
  },
  {
    name: 'strict-policy',
    page: (origin) => ({
      '/strict.js': script(
        `${moduleText(
          'strict-policy',
          origin,
          'index',
          `options: { worker: false, workerUrl: '${UMD}' }, skipped: { 'picture from a data: URL': 'the policy forbids data: URLs' }`,
        )} await run();`,
      ),
      '/strict-policy.html': page(origin, '<script type="module" src="/strict.js"></script>', strict),
    }),
  },
  {
    name: 'policy-without-webassembly',
    page: (origin) => ({
      '/refused.js': script(
        `${moduleText('policy-without-webassembly', origin, 'index', 'compiles: false')} await run();`,
      ),
      '/policy-without-webassembly.html': page(
        origin,
        '<script type="module" src="/refused.js"></script>',
        () => `default-src 'none'; script-src ${origin}; connect-src ${origin}`,
      ),
    }),
  },
  {
    name: 'sandboxed',
    page: (origin) => ({
      '/sandboxed.html': page(origin, `<iframe sandbox="allow-scripts" src="/inside.html"></iframe>`),
      '/inside.html': page(origin, inline(moduleText('sandboxed', origin, 'index'))),
    }),
  },
  {
    name: 'module-worker',
    page: (origin) => ({
      '/module-worker.js': script(`${moduleText('module-worker', origin, 'index')} await run();`),
      '/module-worker.html': page(origin, `<script>new Worker('/module-worker.js', { type: 'module' })</script>`),
    }),
  },
  {
    name: 'classic-worker',
    page: (origin) => ({
      '/classic-worker.js': script(
        `${imports(origin)}${classicText('classic-worker', origin, NO_NESTED_FILES)} run();`,
      ),
      '/classic-worker.html': page(origin, `<script>new Worker('/classic-worker.js')</script>`),
    }),
  },
  {
    name: 'shared-worker',
    page: (origin) => ({
      '/shared-worker.js': script(`${moduleText('shared-worker', origin, 'index')} await run();`),
      '/shared-worker.html': page(origin, `<script>new SharedWorker('/shared-worker.js', { type: 'module' })</script>`),
    }),
  },
  {
    name: 'service-worker',
    page: (origin) => ({
      '/service-worker.js': script(
        moduleText(
          'service-worker',
          origin,
          'index',
          `skipped: { 'model with an op that is loaded on demand': '${LATER}', 'int8 outputs, fused or not, on one thread or two': '${LATER}', integrity: '${LATER}' }`,
        ) + WHEN_ASKED,
      ),
      '/service-worker.html': page(origin, register('/service-worker.js', 'module')),
    }),
  },
  {
    name: 'classic-service-worker',
    page: (origin) => ({
      '/classic-service-worker.js': script(
        imports(origin) + classicText('classic-service-worker', origin) + WHEN_ASKED,
      ),
      '/classic-service-worker.html': page(origin, register('/classic-service-worker.js', 'classic')),
    }),
  },
];

/** All pages, and the suite as a script. */
export const pagesOf = (origin: string, suite: string): Readonly<Record<string, Made>> => ({
  ...Object.fromEntries(places.flatMap((place) => Object.entries(place.page(origin)))),
  '/suite.js': script(suite),
});
