// Parcel, which ignores `exports` in package.json unless it is told otherwise.

import { assetPages, html, PAGES } from './application.js';
import { buildPages, command, type Bundler, type PageBuild } from './bundler.js';

const FILES = { 'src/index.html': html('<script type="module" src="./index.js"></script>') };

const applications = [...PAGES, ...assetPages((path) => `import url from 'url:${path}';`)];

const OPTION = { '@parcel/resolver-default': { packageExports: true } };

const BUILD: PageBuild = {
  files: FILES,
  commands: () => [[command('parcel'), 'build', 'src/index.html', '--dist-dir', 'dist', '--no-cache']],
  applications,
};

const isBelow = ({ files }: { files: Readonly<Record<string, string>> }): boolean =>
  /'(url:)?groupwise\/(?!models)/.test(Object.values(files).join(''));

/** Parcel 2. */
export const parcel: Bundler = {
  name: 'parcel',
  packages: ['parcel@2'],
  places: [
    buildPages('build', BUILD),
    buildPages('build, packageExports', {
      ...BUILD,
      files: { ...FILES, 'package.json': JSON.stringify({ private: true, ...OPTION }) },
      applications: applications.filter(isBelow),
    }),
  ],
  limits: [
    {
      kind: 'configurable',
      place: 'build',
      cases: applications.filter(isBelow).map(({ name }) => name),
      error: /Failed to resolve/,
      reason: 'needs "@parcel/resolver-default": { "packageExports": true } in package.json',
    },
    {
      kind: 'impossible',
      place: 'build',
      cases: ['own worker'],
      error: /Cannot find module/,
      reason: 'Parcel leaves modules that are loaded later out of workers: use the option worker: true',
    },
    {
      kind: 'configurable',
      place: 'build, packageExports',
      cases: ['workerUrl'],
      error: /import\.meta/,
      reason: 'Parcel bundles scripts that are named by a URL: needs a copy of groupwise.min.js on the server',
    },
  ],
};
