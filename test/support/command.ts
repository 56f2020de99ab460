// Runs the built command line.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = 'dist/cli.js';

/** The exit code and output of a command. */
export type Outcome = { code: number | null; out: string; err: string };

/** Runs `groupwise` with these arguments. */
export const groupwise = (words: readonly string[], input?: Uint8Array): Outcome => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    ...(input && { input }),
    maxBuffer: 2 ** 28,
  });
  return { code: status, out: stdout.toString(), err: stderr.toString() };
};

/** A folder that is removed when the process ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The path of a small network of the fixtures. */
export const tiny = (name: string): string => `test/fixtures/tiny/${name}.onnx`;

/** Writes a small encoded photo of the fixtures, and returns its path. */
export const writePhoto = (folder: string, name: string, file: string): string => {
  const encoded = JSON.parse(readFileSync('test/fixtures/encoded.json', 'utf8')) as Record<string, { file: string }>;
  const path = join(folder, file);
  writeFileSync(path, Buffer.from(encoded[name]!.file, 'base64'));
  return path;
};
