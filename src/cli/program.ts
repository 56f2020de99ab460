// The command line: its commands, and how failures are reported.

import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.js';
import { addBench } from './commands/bench.js';
import { addClassify } from './commands/classify.js';
import { addConvert } from './commands/convert.js';
import { addDoctor } from './commands/doctor.js';
import { addEval } from './commands/eval.js';
import { addInspect } from './commands/inspect.js';
import { addModels } from './commands/models.js';
import { addRun } from './commands/run.js';
import { UsageError } from './options.js';
import { endQuietlyWithoutReader, note } from './output.js';
import { addVerify } from './commands/verify.js';

const FAILED = 1;
const USAGE = 2;

const HINT = '(groupwise --help lists commands and options)';

const hintFor = (command: Command | undefined): string =>
  command ? `(groupwise ${command.name()} --help lists arguments and options)` : HINT;

const describeProgram = (): Command => {
  const program = new Command('groupwise');
  program
    .description('Converts ONNX networks and classifies photos with them. `-` as a file is the standard input.')
    .version(VERSION, '--version')
    .option('--debug', 'print the stack of an error')
    .helpCommand('help [command]', 'show the options of a command')
    .exitOverride()
    .showHelpAfterError(HINT);
  for (const add of [addConvert, addClassify, addEval, addRun, addInspect, addBench, addVerify, addModels, addDoctor])
    add(program);
  for (const command of program.commands) command.showHelpAfterError(hintFor(command));
  return program;
};

/** The lines of a stack after its message. */
const framesOf = ({ stack = '' }: Error): string => /\n +at [^]*/.exec(stack)?.[0] ?? '';

const report = (error: unknown, debug: boolean, hint: string): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  const failure = error instanceof Error ? error : new Error(String(error));
  note(`groupwise: ${debug ? `${failure.name}: ${failure.message}${framesOf(failure)}` : failure.message}`);
  if (debug && failure.cause) note('caused by', failure.cause);
  if (!(error instanceof UsageError)) return FAILED;
  note(hint);
  return USAGE;
};

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name
 * @returns the exit code: 0, 1 if something failed, 2 if the command line is wrong
 */
export const runCommand = async (words: readonly string[]): Promise<number> => {
  endQuietlyWithoutReader();
  const program = describeProgram();
  try {
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const command = program.commands.find((known) => known.name() === words.find((word) => !word.startsWith('-')));
    return report(error, program.opts<{ debug?: boolean }>().debug === true, hintFor(command));
  }
};
