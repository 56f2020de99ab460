// `npm run matrix`: runs the packed package in every engine and bundler of the machine.
//   --only NAME,NAME  these fields; a name with a dash may be cut off: `node` is all versions of Node, and `engines` and
//                     `bundlers` are all of these
//   --short           a minute: the Node that runs this, and workerd
//   --may-skip NAME   fields that the machine may lack; any other that it lacks fails, as it does every night
//   --list            names of the fields
//   --write           renews docs/matrix.md and docs/bundlers.md

import { parseArgs } from 'node:util';
import { bundlers } from './bundlers/index.js';
import { engines } from './engines/index.js';
import { compareValues } from './compare.js';
import { Missing, type Column, type Field, type Setting } from './field.js';
import { prepareFiles } from './files.js';
import { makeFolder, packPackage } from './install.js';
import { showRow, writeTable } from './table.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    'may-skip': { type: 'string' },
    list: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const FIELDS: readonly Field[] = [...engines, ...bundlers];

const SHORT = `node-${process.versions.node.split('.')[0]},workerd`;

const wanted = options.short ? SHORT : options.only;

const isWanted = ({ name, kind }: Field): boolean =>
  !wanted || wanted.split(',').some((only) => [name, `${kind}s`].includes(only) || name.startsWith(`${only}-`));

/** Whether the machine may lack a field. */
const maySkip = ({ name }: Pick<Field, 'name'>): boolean => options['may-skip']?.split(',').includes(name) ?? true;

const runField = async ({ name, kind, run }: Field, setting: Setting): Promise<Column> => {
  const start = performance.now();
  try {
    const { version, rows } = await run(setting);
    const seconds = Math.round((performance.now() - start) / 1000);
    return { name, kind, version, seconds, rows };
  } catch (error) {
    const { message, stack } = error as Error;
    const isMissing = error instanceof Missing;
    const outcome = isMissing && maySkip({ name }) ? 'skipped' : 'failed';
    const rows = [{ place: '', outcomes: [{ name: 'start', outcome, reason: isMissing ? message : stack! } as const] }];
    return { name, kind, version: '', seconds: 0, rows };
  }
};

const runAll = async (fields: readonly Field[]): Promise<Column[]> => {
  using folder = makeFolder();
  const tarball = packPackage(folder.path);
  const files = await prepareFiles(folder.path);
  const columns: Column[] = [];
  for (const field of fields) {
    using own = makeFolder();
    const column = await runField(field, { tarball, folder: own.path, files });
    columns.push(column);
    compareValues(columns);
    for (const row of column.rows) console.log(showRow(column, row));
  }
  return columns;
};

const fields = FIELDS.filter(isWanted);
if (options.list) for (const { name, kind } of FIELDS) console.log(`${kind}  ${name}`);
else {
  const columns = await runAll(fields);
  if (options.write) writeTable(FIELDS, columns);
  const outcomes = columns.flatMap(({ rows }) => rows.flatMap((row) => row.outcomes));
  const count = (kind: string): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  console.log(
    `${count('skipped')} skipped, ${count('configurable')} need configuration, ${count('impossible')} do not work`,
  );
  console.log(`${count('passed')} passed, ${count('failed')} failed`);
  process.exitCode = count('failed') || !count('passed') ? 1 : 0;
}
