// A process for the first run of one runtime: node first-run.js RUNTIME FILE, where FILE has the prepared network as
// cold-start.js writes it. Prints the milliseconds of each part.

import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { ROOT } from '../paths.js';

/** How each runtime is imported and loads a network. */
const RUNTIMES = {
  groupwise: {
    start: () => import(new URL('dist/node.js', ROOT).href),
    load: ({ loadModel }, bytes) => loadModel(bytes),
    run: (model, picture) => Object.values(model.run(picture))[0].data,
  },
  tfjs: {
    start: () => tfjs.importIn.node(),
    load: (own, network) => tfjs.load(own, network),
    run: (session, picture) => tfjs.run(session, picture),
  },
};

const [name, file] = process.argv.slice(2);
const tfjs = name === 'tfjs' && (await import('../runtimes/tfjs.js'));
const { network: stored, picture } = deserialize(readFileSync(file));
// bytes that are deserialised begin at any address; those of a file or response at a multiple of eight
const network = stored instanceof Uint8Array ? stored.slice() : stored;
const { start, load, run } = RUNTIMES[name];

const marks = [performance.now()];
const runtime = await start();
marks.push(performance.now());
const session = await load(runtime, network);
marks.push(performance.now());
const scores = await run(session, picture);
const label = scores.indexOf(Math.max(...scores));
marks.push(performance.now());

const [began, imported, loaded, ran] = marks;
console.log(
  JSON.stringify({
    label,
    parts: { import: imported - began, load: loaded - imported, 'first run': ran - loaded, total: ran - began },
  }),
);
process.exit(); // runtimes keep handles open
