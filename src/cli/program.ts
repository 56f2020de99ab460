// The command line: which commands there are, and what becomes of their failures.

import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.js';
import { addBench } from './bench.js';
import { addClassify } from './classify.js';
import { addConvert } from './convert.js';
import { addDoctor } from './doctor.js';
import { addInspect } from './inspect.js';
import { addRun } from './run.js';
import { UsageError } from './options.js';
import { endQuietlyWithoutReader, note } from './output.js';
import { addVerify } from './verify.js';

const FAILED = 1;
const USAGE = 2;

const SUCCESSES = ['commander.helpDisplayed', 'commander.version'];

const describeProgram = (): Command => {
  const program = new Command('groupwise');
  program
    .description('Converts ONNX networks and classifies photos with them. `-` as a file is the standard input.')
    .version(VERSION, '--version')
    .option('--debug', 'print the stack of an error')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(groupwise --help lists commands and options)');
  for (const add of [addConvert, addClassify, addRun, addInspect, addBench, addVerify, addDoctor]) add(program);
  return program;
};

const report = (error: unknown, debug: boolean): number => {
  if (error instanceof CommanderError) return SUCCESSES.includes(error.code) ? 0 : USAGE;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  note(`groupwise: ${debug ? (stack ?? message) : message}`);
  if (debug && error instanceof Error && error.cause) note('caused by', error.cause);
  return error instanceof UsageError ? USAGE : FAILED;
};

/**
 * Runs one command line.
 *
 * @param words what follows the program's name
 * @returns the exit code: 0, 1 if something failed, 2 if the command line is wrong
 */
export const runCommand = async (words: readonly string[]): Promise<number> => {
  endQuietlyWithoutReader();
  const program = describeProgram();
  try {
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, program.opts<{ debug?: boolean }>().debug === true);
  }
};
