// Writes the service worker, which keeps the site's files for use without a network.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const contentOf = (file) => (file.type === 'chunk' ? file.code : file.source);

/** The plugin. It comes last, because the worker lists the files of the others. */
export const offline = () => ({
  name: 'offline',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const names = Object.keys(bundle);
      const hash = createHash('sha256');
      for (const name of names.sort()) hash.update(name).update(contentOf(bundle[name]));
      const worker = readFileSync(new URL('service-worker.js', import.meta.url), 'utf8');
      const source = worker
        .replace("'VERSION'", JSON.stringify(hash.digest('hex').slice(0, 12)))
        .replace("['FILES']", JSON.stringify(names));
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
    },
  },
});
