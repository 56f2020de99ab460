// `PYTHON=python3 node build/fuzz/differential/pictures.js [--count N] [--seed N]`: random pictures, whole and damaged,
// against Pillow. PYTHON needs the packages pillow and numpy.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decodeImage } from '../../src/node.js';
import { differenceFrom, type PictureRecord } from '../../test/support/pictures.js';

const FOLDER = 'build/differential/pictures';
const { PYTHON = 'python3' } = process.env;

type Made = PictureRecord & { damaged: boolean };

/** What became of a picture. A damaged one may be refused by either program: how much of it is shown is a choice. */
type Outcome =
  'equal' | 'both refuse' | 'only Pillow refuses' | 'only groupwise refuses' | 'Pillow disagrees with itself' | 'wrong';

/** `portable` is what Pillow decodes with the portable code of libjpeg. */
const outcomeOf = (made: Made, portable: PictureRecord, difference: string | undefined): Outcome => {
  if (difference === undefined) return made.refused === undefined ? 'equal' : 'both refuse';
  if (!made.damaged) return 'wrong';
  if (difference.startsWith('refused here')) return 'only groupwise refuses';
  if (difference.startsWith('Pillow refuses')) return 'only Pillow refuses';
  return made.hash === portable.hash ? 'wrong' : 'Pillow disagrees with itself';
};

const python = (...words: string[]): string => {
  const env = { ...process.env, ...(words.length === 1 && { JSIMD_FORCENONE: '1' }) };
  const { status, stdout, stderr } = spawnSync(PYTHON, ['fuzz/differential/pictures.py', ...words], {
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${PYTHON} failed: ${stderr}`);
  return stdout;
};

const { values } = parseArgs({
  options: { count: { type: 'string', default: '5000' }, seed: { type: 'string', default: '0' } },
});
rmSync(FOLDER, { recursive: true, force: true });
python(FOLDER, values.count, values.seed);
const portable = JSON.parse(python(FOLDER)) as PictureRecord[];

const records = JSON.parse(readFileSync(`${FOLDER}/records.json`, 'utf8')) as Made[];
const outcomes = new Map<string, number>();
for (const [number, record] of records.entries()) {
  const file = `${FOLDER}/${String(number).padStart(5, '0')}`;
  const difference = await differenceFrom(record, () => decodeImage(readFileSync(file)));
  const outcome = outcomeOf(record, portable[number]!, difference);
  const name = `${record.damaged ? 'damaged' : 'whole'}: ${outcome}`;
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  if (outcome === 'wrong')
    console.log(`WRONG  ${file} (${record.kind}${record.damaged ? ', damaged' : ''}): ${difference}`);
}
for (const [name, count] of [...outcomes].sort()) console.log(`${count} ${name}`);
process.exitCode = [...outcomes.keys()].some((name) => name.endsWith('wrong')) ? 1 : 0;
