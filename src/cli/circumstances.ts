// What measured figures depend on besides the model: machine, engine, version, command line.

import { VERSION } from '../node.js';
import { engine, processor } from './machine.js';

/** A word of a command line, quoted if a shell would change it. */
const quotedWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The circumstances of this command. */
export const circumstances = () => ({
  /** The version of groupwise. */
  groupwise: VERSION,
  engine: engine(),
  machine: processor(),
  /** Now, in ISO 8601. */
  date: new Date().toISOString(),
  /** The command line. */
  command: ['groupwise', ...process.argv.slice(2).map(quotedWord)].join(' '),
});
