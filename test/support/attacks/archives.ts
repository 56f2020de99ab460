// Archives that once took minutes or gigabytes, or could: bombs, entries that overlap, headers that lie.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../command.js';
import type { ArchiveAttack } from './archive-attack.js';
import type { Attack, Build } from './attack.js';
import { tarAttacks } from './tar-attacks.js';
import { zipAttacks } from './zip-attacks.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';

/** Archives by what is wrong with them. */
export const archiveAttacks: readonly ArchiveAttack[] = [
  ...zipAttacks.map((attack) => ({ ...attack, name: `zip: ${attack.name}` })),
  ...tarAttacks.map((attack) => ({ ...attack, name: `tar: ${attack.name}` })),
];

/** Runs `eval`, and throws what it prints if it fails. */
const evaluate = async ({ cli }: Build, path: string): Promise<void> => {
  const write = process.stderr.write.bind(process.stderr);
  let printed = '';
  process.stderr.write = (text) => {
    printed += String(text);
    return true;
  };
  const classes = `${path}.json`;
  writeFileSync(classes, JSON.stringify({ ant: 0, a: 1 }));
  try {
    await cli('eval', MODEL, path, '--workers', '1', '--classes', classes, '--json');
  } finally {
    process.stderr.write = write;
  }
  if (process.exitCode) throw new Error(printed.trim());
};

/** What `bench/attacks.ts` measures. */
export const attacks: readonly Attack[] = archiveAttacks.map(({ name, make }) => ({
  name,
  prepare: () => {
    const folder = temporaryFolder();
    const bytes = make();
    const path = join(folder, 'set');
    writeFileSync(path, bytes);
    return {
      bytes: bytes.length,
      run: (build) => evaluate(build, path),
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  },
}));
