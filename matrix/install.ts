// Folders and packages for the matrix: everything is installed into folders that are removed afterwards.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Missing } from './field.js';

/** An empty folder; `using` removes it. */
export const makeFolder = (): { path: string } & Disposable => {
  const path = mkdtempSync(join(tmpdir(), 'groupwise-matrix-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
};

const npm = (folder: string, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr || stdout}`);
  return stdout.trim();
};

/** Packs the project as it was built, and returns the path of the tarball. */
export const packPackage = (folder: string): string => {
  const name = npm('.', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  return join(folder, name.split('\n').at(-1)!);
};

/** Installs packages or tarballs into a folder, as a user does, without scripts of packages. */
export const install = (folder: string, ...packages: readonly string[]): void => {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true, "type": "module" }');
  npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packages);
};

/** What npm says if there is no such package, no such version, none for this platform, or no registry. */
const NOT_THERE =
  /\b(E404|ETARGET|EBADPLATFORM|ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b/;

/** The same, for an engine or bundler. @throws {Missing} if there is no registry or no such package */
export const installOptional = (folder: string, ...packages: readonly string[]): void => {
  try {
    install(folder, ...packages);
  } catch (error) {
    const { message } = error as Error;
    if (!NOT_THERE.test(message)) throw error;
    throw new Missing(`cannot be installed: ${message.split('\n').slice(0, 3).join(' ')}`);
  }
};
