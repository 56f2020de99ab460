// The command line.

import { parseArgs } from 'node:util';
import { OURS, REFERENCE, RUNTIMES } from './runtimes/index.js';
import { TABLES } from './tables.js';

const OTHERS = RUNTIMES.filter((name) => name !== OURS);

/** The other runtimes for pages, where native code does not run. */
const WEB = OTHERS.filter((name) => name !== REFERENCE);

export const USAGE = `usage: npm run compare -- TABLE [options]

Times groupwise and other runtimes in turns, each in a process of its own, on one thread; the table of threads has
groupwise alone, on one thread and on two.
Writes results/TABLE.json and results/TABLE.md; with --chromium, results/TABLE-chromium.json and .md.

tables: ${Object.keys(TABLES).join(', ')}

  --peers LIST   the other runtimes, separated by commas (${OTHERS.join(',')})
  --relaxed      adds the builds for relaxed SIMD
  --chromium     measures in pages of Chromium instead of Node, with the builds that it chooses; CHROMIUM is its path
  --rounds N     turns of each process (20)
  --runs N       timed runs of a turn (6)
  --core N       the processor core that all processes are pinned to, in turns (0)
  --out FOLDER   where the results are written (bench/compare/results)`;

/** The command line is wrong: the message says how. */
export class UsageError extends Error {
  name = 'UsageError';
}

/**
 * @param {string[]} words of the command line
 * @throws {UsageError}
 */
export const parseOptions = (words) => {
  const { values, positionals } = parse(words);
  const [name, ...rest] = positionals;
  if (!name || rest.length) throw new UsageError(`expected the name of one table: ${Object.keys(TABLES).join(', ')}`);
  const table = TABLES[chosen('table', name, Object.keys(TABLES))];
  return {
    name,
    table,
    ...(values.chromium ? inChromium(table, values) : inNode(values)),
    rounds: integer('rounds', values.rounds, 1),
    runs: integer('runs', values.runs, 1),
    core: integer('core', values.core, 0),
    out: values.out,
  };
};

const inNode = ({ relaxed, peers }) => ({
  engine: 'node',
  simds: relaxed ? ['plain', 'relaxed'] : ['plain'],
  peers: chosenPeers('runtime', peers, OTHERS),
});

const inChromium = ({ kind }, { relaxed, peers }) => {
  if (relaxed) throw new UsageError('--relaxed is for Node: Chromium always has relaxed SIMD; leave it out');
  if (kind === 'threads') throw new UsageError('the table of threads is measured in Node; leave out --chromium');
  return { engine: 'chromium', simds: ['relaxed'], peers: chosenPeers('runtime for pages', peers, WEB) };
};

const chosenPeers = (kind, list, names) =>
  list === undefined
    ? names
    : list
        .split(',')
        .filter(Boolean)
        .map((peer) => chosen(kind, peer, names));

const parse = (args) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        peers: { type: 'string' },
        relaxed: { type: 'boolean', default: false },
        chromium: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '20' },
        runs: { type: 'string', default: '6' },
        core: { type: 'string', default: '0' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
};

const chosen = (kind, name, names) => {
  if (!names.includes(name)) throw new UsageError(`there is no ${kind} "${name}"; choose from ${names.join(', ')}`);
  return name;
};

const integer = (option, text, least) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`--${option} is "${text}"; expected an integer of at least ${least}`);
  return value;
};
