#!/usr/bin/env node
// The command line: its commands, and how failures are reported.

import { Command, CommanderError } from 'commander';
import { VERSION } from './version.js';
import { addBench } from './cli/commands/bench.js';
import { addClassify } from './cli/commands/classify.js';
import { addConvert } from './cli/commands/convert.js';
import { addDoctor } from './cli/commands/doctor.js';
import { addEval } from './cli/commands/eval.js';
import { addInspect } from './cli/commands/inspect.js';
import { addModels } from './cli/commands/models.js';
import { addPrune } from './cli/commands/prune.js';
import { addRun } from './cli/commands/run.js';
import { addSplit } from './cli/commands/split.js';
import { addVerify } from './cli/commands/verify.js';
import { endWithStandardOutput } from './cli/output-files.js';
import { useNoCache } from './cli/files.js';
import { quoted, UsageError } from './cli/options.js';
import { beQuiet, complain, noteError } from './cli/output.js';

const FAILED = 1;
const USAGE = 2;

const HINT = '(groupwise --help lists commands and options)';

const hintFor = (command: Command | undefined): string =>
  command ? `(groupwise ${command.name()} --help lists arguments and options)` : HINT;

/** A quoted word of the command line, in a message. */
const inMessage = (_: string, word: string): string => quoted(word);

/** A message with a hint if the unknown option may be a file. */
const withFileHint = (text: string): string =>
  text.replace(/unknown option '(-[^'=]*\.\w+)'/, '$&: if it is a file, write ./$1');

const describeProgram = (): Command => {
  const program = new Command('groupwise');
  program
    .description(
      'Converts ONNX and TensorFlow Lite networks and classifies photos with them. `-` as a file is standard input.',
    )
    .version(VERSION, '-v, --version', 'print the version')
    .option('-q, --quiet', 'print no notes and no progress, only results and errors')
    .option('--no-cache', 'download models again, and do not keep them')
    .option('--debug', 'print the stack of an error')
    .hook('preAction', (_, command) => {
      const { quiet, cache } = command.optsWithGlobals<{ quiet?: boolean; cache: boolean }>();
      if (quiet) beQuiet();
      if (!cache) useNoCache();
    })
    .helpCommand('help [command]', 'show the options of a command')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({
      outputError: (text) =>
        complain(
          withFileHint(
            text
              .trimEnd()
              .replace(/^error:/, 'groupwise:')
              .replace(/'([^']*)'/g, inMessage),
          ),
        ),
    })
    .exitOverride()
    .showHelpAfterError(HINT);
  const commands = [
    addConvert,
    addClassify,
    addEval,
    addPrune,
    addRun,
    addInspect,
    addBench,
    addVerify,
    addSplit,
    addModels,
    addDoctor,
  ];
  for (const add of commands) add(program);
  for (const command of program.commands) command.showHelpAfterError(hintFor(command));
  return program;
};

const report = (error: unknown, debug: boolean, hint: string): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  noteError(error instanceof Error ? error : new Error(String(error)), debug);
  if (!(error instanceof UsageError)) return FAILED;
  complain(hint);
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
const runCommand = async (words: readonly string[]): Promise<number> => {
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

process.exitCode = await runCommand(process.argv.slice(2));
