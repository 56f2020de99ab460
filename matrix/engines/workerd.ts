// Cloudflare's workerd, which compiles no WebAssembly from bytes: the entry for it, and the page's entry with given kernels.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Missing, type Field, type Setting } from '../field.js';
import { install, installOptional } from '../install.js';
import { postedRow, serve } from '../serve.js';
import { freePort } from '../../test/support/free-port.js';

const PACKAGE = '@cloudflare/workerd-linux-64';
const START_SECONDS = 20;

const script = (origin: string): string => `
import * as edge from './groupwise/dist/edge.js';
import * as page from './groupwise/dist/index.js';
import * as convert from './groupwise/dist/convert.js';
import int8 from './groupwise/dist/kernels/int8.wasm';
import simd from './groupwise/dist/kernels/simd.wasm';
import webp from './webp.wasm';
import { runAt } from './matrix/places/page.js';

edge.provideDecoders({ webp });
const skipped = { convert: 'it computes constants with kernels that it compiles from bytes' };
const common = { convert: async () => convert, kernels: simd, workers: false, skipped };

export default {
  async fetch() {
    await runAt('groupwise/edge', '${origin}', edge, common);
    await runAt('groupwise', '${origin}', page, { ...common, decodes: false, options: { kernels: { simd, int8 } } });
    return new Response('done');
  },
};
`;

/** Modules of a folder as workerd's configuration lists them, by path. */
const modulesIn = (folder: string, inside: string): string[] =>
  readdirSync(join(folder, inside), { recursive: true, encoding: 'utf8' })
    .map((name) => join(inside, name))
    .filter((path) => /\.(js|wasm)$/.test(path))
    .map((path) => `(name = "${path}", ${path.endsWith('.js') ? 'esModule' : 'wasm'} = embed "${path}")`);

const configuration = (modules: readonly string[], port: number): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
  modules = [
    ${modules.join(',\n    ')}
  ],
);
`;

/** Asks the worker to start as soon as it listens. The answer comes after the outcomes: nobody waits for it. */
const ask = async (port: number, ended: () => string | undefined): Promise<void> => {
  for (const end = Date.now() + START_SECONDS * 1000; Date.now() < end && !ended(); await setTimeout(200)) {
    const isUp = await Promise.race([
      fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      ),
      setTimeout(1000, true),
    ]);
    if (isUp) return;
  }
  throw new Error(`workerd does not listen: ${ended() ?? ''}`);
};

const run = async ({ tarball, folder, files }: Setting) => {
  installOptional(folder, 'workerd', '@jsquash/webp');
  install(folder, tarball);
  const packages = join(folder, 'node_modules');
  const command = process.env.WORKERD ?? join(packages, PACKAGE, 'bin/workerd');
  if (!existsSync(command)) throw new Missing('no workerd for this platform (set WORKERD to its path)');
  cpSync(join(packages, 'groupwise/dist'), join(folder, 'groupwise/dist'), { recursive: true });
  cpSync('build/matrix', join(folder, 'matrix'), { recursive: true });
  cpSync(join(packages, '@jsquash/webp/codec/dec/webp_dec.wasm'), join(folder, 'webp.wasm'));
  using server = await serve({ folders: { files } });
  writeFileSync(join(folder, 'worker.js'), script(server.origin));
  const port = await freePort();
  const main = '(name = "worker.js", esModule = embed "worker.js"), (name = "webp.wasm", wasm = embed "webp.wasm")';
  const modules = [main, ...modulesIn(folder, 'groupwise'), ...modulesIn(folder, 'matrix')];
  writeFileSync(join(folder, 'config.capnp'), configuration(modules, port));
  const child = spawn(command, ['serve', 'config.capnp'], { cwd: folder });
  let [errors, hasEnded] = ['', false];
  child.stderr.on('data', (data) => (errors += String(data)));
  child.on('close', () => (hasEnded = true));
  try {
    await ask(port, () => (hasEnded ? errors : undefined));
    const rows = [await postedRow(server, 'groupwise/edge'), await postedRow(server, 'groupwise')];
    return { version: versionOf(packages), rows };
  } finally {
    child.kill('SIGKILL');
  }
};

const versionOf = (packages: string): string => {
  const { version } = JSON.parse(readFileSync(join(packages, PACKAGE, 'package.json'), 'utf8')) as { version: string };
  return version;
};

export const workerd: Field = { name: 'workerd', kind: 'engine', run };
