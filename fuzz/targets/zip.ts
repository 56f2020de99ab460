// Zip archives.

import { listZip } from '../../src/eval/zip-directory.js';
import { readZip } from '../../src/eval/zip.js';
import { writeZip } from '../../test/support/archives.js';
import type { Target } from '../engine/target.js';
import { checkFiles, FILES } from '../support/archives.js';
import { sourceOf } from '../support/memory-source.js';

export const target: Target = {
  seeds: () => ({ files: writeZip(FILES), one: writeZip(FILES.slice(0, 1)), empty: writeZip([]) }),
  run: async (bytes) => {
    const source = sourceOf(bytes);
    const entries = await listZip(source);
    await checkFiles(entries.paths, (wanted) => readZip(source, entries, wanted));
  },
  maxLength: 1024,
};
