// Measures a table: npm run compare -- TABLE [options].

import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canPin } from './measure/candidate-process.js';
import { chromiumVersion } from './measure/chromium.js';
import { describeMachine } from './measure/machine.js';
import { markdownOf } from './report/markdown.js';
import { fileNameOf } from './report/stored.js';
import { takeTurns } from './measure/take-turns.js';
import { buildNetwork } from './networks/build.js';
import { INPUT } from './networks/network.js';
import { parseOptions, USAGE, UsageError } from './options.js';
import { checkInstalled, downloadBytes, MissingError, versionOf } from './measure/packages.js';
import { RESULTS } from './paths.js';
import { importRuntime } from './runtimes/index.js';
import { candidatesOf, runtimesOf, takesPart } from './tables.js';

const COMMAND = 'npm run compare --';

/** @param {ReturnType<typeof parseOptions>} options @returns {Promise<import('./report/results.js').Results>} */
const resultsOf = async ({ table, peers, engine, simds, core, rounds, runs }) => {
  const browser = engine === 'chromium' ? await chromiumVersion() : undefined;
  const runtimes = {};
  for (const name of runtimesOf(table, peers)) {
    const runtime = await importRuntime(name);
    if (takesPart(table, runtime)) runtimes[name] = runtime;
  }
  const pinnedToCore = canPin && table.kind !== 'threads' ? core : null;
  const { figures, failures } = await takeTurns(
    candidatesOf(table, runtimes, simds),
    { core: pinnedToCore, engine, rounds, runs },
    (line) => console.error(line),
  );
  return {
    title: browser ? `${table.title} in Chromium` : table.title,
    kind: table.kind,
    command: [COMMAND, ...process.argv.slice(2)].join(' '),
    date: new Date().toISOString().slice(0, 10),
    machine: { ...describeMachine(), browser, pinnedToCore },
    rounds,
    runs,
    networks: table.networks.map((network) => {
      const { macs, shapes } = buildNetwork(network);
      return { ...network, macs, size: shapes[INPUT].at(-1) };
    }),
    runtimes: Object.entries(runtimes).map(([name, runtime]) => {
      const { title, packageName, relaxed } = runtime;
      return { name, title, packageName, version: versionOf(runtime), relaxed, downloadBytes: downloadBytes(runtime) };
    }),
    figures,
    failures,
  };
};

const main = async (words) => {
  if (words.includes('--help')) return console.log(USAGE);
  const options = parseOptions(words);
  checkInstalled();
  const results = await resultsOf(options);
  const markdown = markdownOf(results);
  const folder = options.out ? pathToFileURL(`${resolve(options.out)}/`) : RESULTS;
  const name = fileNameOf(options.name, options.engine);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL(`${name}.md`, folder), markdown);
  console.log(markdown);
};

main(process.argv.slice(2)).catch((error) => {
  const isUsage = error instanceof UsageError;
  console.error(isUsage || error instanceof MissingError ? error.message : error.stack);
  if (isUsage) console.error(`${COMMAND} --help lists tables and options`);
  process.exitCode = isUsage ? 2 : 1;
});
