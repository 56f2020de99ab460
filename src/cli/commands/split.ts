// `groupwise split`: a model in several files, for hosts that limit the size of a file.

import { basename, dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { openModel } from '../../format/open.js';
import { MAX_PARTS } from '../../format/parts-index.js';
import { splitModel } from '../../format/split.js';
import { inBytes } from '../../report/units.js';
import { nameOf, naming, readNetwork, STANDARD } from '../files.js';
import { quoted, UsageError } from '../options.js';
import { checkOutput, makeFolder, writeOutput } from '../output-files.js';
import { print } from '../output.js';

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

const split = async (path: string, { size, output }: { size: number; output?: string }): Promise<void> => {
  if (path === STANDARD && output === undefined)
    throw new UsageError('-o names the folder of a model that is standard input');
  const bytes = await readNetwork(path);
  await naming(path, () => openModel(bytes));
  if (bytes.length > size * MAX_PARTS)
    throw new UsageError(`--size ${size} makes more than ${MAX_PARTS} parts: choose a larger one`);
  const folder = output ?? dirname(path);
  const { parts, index } = await splitModel(bytes, path === STANDARD ? 'model.gw' : basename(path), size);
  if (output !== undefined) await makeFolder(folder);
  const files = [...parts, index].map(({ file, bytes: contents }) => ({ place: join(folder, file), contents }));
  for (const { place } of files) await checkOutput(place);
  for (const { place, contents } of files) {
    await writeOutput(place, contents);
    print(`${nameOf(place)}  ${inBytes(contents.length)}`);
  }
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
