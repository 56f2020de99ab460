// `groupwise split`: a model in several files, for hosts that limit the size of a file.

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { openModel } from '../../format/open.js';
import { MAX_PARTS } from '../../format/parts-index.js';
import { splitModel } from '../../format/split.js';
import { inBytes } from '../../report/units.js';
import { isWebAddress, nameOf, naming, readNetwork, STANDARD } from '../files.js';
import { quoted, UsageError } from '../options.js';
import { checkOutput, makeFolder, writeOutput } from '../output-files.js';
import { note, print } from '../output.js';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** Bytes of a size such as `20MB`. */
const parseSize = (text: string): number => {
  const [, number = '', unit = ''] = /^([\d.]+)\s*([kmg]i?b)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * UNITS[unit.toUpperCase()]!);
  if (!(bytes >= 1000))
    throw new UsageError(`--size must be a size of at least 1000 bytes, such as 20MB, not ${quoted(text)}`);
  return bytes;
};

/** The name of the model's file. */
const fileName = (path: string): string => {
  if (path === STANDARD) return 'model.gw';
  return basename(isWebAddress(path) ? new URL(path).pathname : path) || 'model.gw';
};

/** The number of a part of the model by its file, 0 for other files. */
const numberOfPart = (file: string, name: string): number =>
  file.startsWith(`${name}.`) ? Number(/^\d+$/.exec(file.slice(name.length + 1))?.[0] ?? 0) : 0;

/** Names the parts of an earlier split into more files, which the new index does not list. */
const noteOldParts = async (folder: string, name: string, count: number): Promise<void> => {
  const numbers = (await readdir(folder)).map((file) => numberOfPart(file, name));
  const old = numbers.filter((number) => number > count).sort((a, b) => a - b);
  if (!old.length) return;
  const [first, last] = [old[0]!, old.at(-1)!].map((number) => nameOf(join(folder, `${name}.${number}`)));
  note(`groupwise: remove ${first === last ? first! : `${first!} to ${last!}`}, left from an earlier split`);
};

const split = async (path: string, { size, output }: { size: number; output?: string }): Promise<void> => {
  if (output === undefined && (path === STANDARD || isWebAddress(path)))
    throw new UsageError(
      `-o names the folder of a model that is ${path === STANDARD ? 'standard input' : 'downloaded'}`,
    );
  const bytes = await readNetwork(path);
  await naming(path, () => openModel(bytes));
  if (bytes.length > size * MAX_PARTS)
    throw new UsageError(`--size ${size} makes more than ${MAX_PARTS} parts: choose a larger one`);
  const folder = output ?? dirname(path);
  const name = fileName(path);
  const { parts, index } = await splitModel(bytes, name, size);
  if (output !== undefined) await makeFolder(folder);
  const files = [...parts, index].map(({ file, bytes: contents }) => ({ place: join(folder, file), contents }));
  for (const { place } of files) await checkOutput(place);
  for (const { place, contents } of files) {
    await writeOutput(place, contents);
    print(`${nameOf(place)}  ${inBytes(contents.length)}`);
  }
  await noteOldParts(folder, name, parts.length);
};

/** Adds `groupwise split`. */
export const addSplit = (program: Command): void => {
  program
    .command('split')
    .description('split a model into several files, for hosts that limit the size of a file; load the .json file')
    .argument('<model.gw>', 'a model file')
    .addOption(
      new Option('--size <size>', 'the most that a file may have, such as 20MB or 20MiB')
        .argParser(parseSize)
        .default(2e7, '20MB'),
    )
    .option('-o, --output <folder>', "the folder of the files; default: the model's")
    .action(split);
};
