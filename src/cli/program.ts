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
import { endWithStandardOutput } from './files.js';
import { note, noteError } from './output.js';
import { addVerify } from './commands/verify.js';

const FAILED = 1;
const USAGE = 2;

const HINT = '(groupwise --help lists commands and options)';

const hintFor = (command: Command | undefined): string =>
  command ? `(groupwise ${command.name()} --help lists arguments and options)` : HINT;

const describeProgram = (): Command => {
  const program = new Command('groupwise');
  program
    .description('Converts ONNX networks and classifies photos with them. `-` as a file is standard input.')
    .version(VERSION, '--version')
    .option('--debug', 'print the stack of an error')
    .helpCommand('help [command]', 'show the options of a command')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'groupwise:')) })
    .exitOverride()
    .showHelpAfterError(HINT);
  for (const add of [addConvert, addClassify, addEval, addRun, addInspect, addBench, addVerify, addModels, addDoctor])
    add(program);
  for (const command of program.commands) command.showHelpAfterError(hintFor(command));
  return program;
};

const report = (error: unknown, debug: boolean, hint: string): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  noteError(error instanceof Error ? error : new Error(String(error)), debug);
  if (!(error instanceof UsageError)) return FAILED;
  note(hint);
  return USAGE;
};

/** `help paint` as `paint` if there is no such command, so that the nearest one is suggested. */
const withoutUnknownHelp = ({ commands }: Command, words: readonly string[]): readonly string[] => {
  const [first, name] = words;
  const isUnknown = name !== undefined && !commands.some((command) => command.name() === name);
  return first === 'help' && isUnknown ? [name] : words;
};

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name
 * @returns the exit code: 0, 1 if something failed, 2 if the command line is wrong
 */
export const runCommand = async (words: readonly string[]): Promise<number> => {
  endWithStandardOutput();
  const program = describeProgram();
  try {
    await program.parseAsync(withoutUnknownHelp(program, words), { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const command = program.commands.find((known) => known.name() === words.find((word) => !word.startsWith('-')));
    return report(error, program.opts<{ debug?: boolean }>().debug === true, hintFor(command));
  }
};
