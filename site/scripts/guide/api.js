// The API reference as Markdown, from the comments in the code.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** `npm run docs:api` reports what has no comment; here it is enough that there are pages. */
const OPTIONS = {
  plugin: fileURLToPath(import.meta.resolve('typedoc-plugin-markdown')),
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  excludeExternals: true,
  parametersFormat: 'table',
  propertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  treatWarningsAsErrors: false,
  treatValidationWarningsAsErrors: false,
  skipErrorChecking: true,
  logLevel: 'Error',
};

/** The pages of the entries: their Markdown by name. */
export const readApi = () => {
  const out = mkdtempSync(join(tmpdir(), 'groupwise-api-'));
  const words = Object.entries({ ...OPTIONS, out }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  try {
    const { status, stderr } = spawnSync('npx', ['typedoc', ...words], { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(`typedoc fails: ${stderr}`);
    const names = readdirSync(out).filter((name) => name.endsWith('.md') && name !== 'README.md');
    return new Map(names.map((name) => [name.replace('.md', ''), readFileSync(join(out, name), 'utf8')]));
  } finally {
    rmSync(out, { recursive: true });
  }
};
