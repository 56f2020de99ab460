// Next.js: pages that run in the browser, and routes that run on the server, all in one application.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { attemptAll } from '../attempt.js';
import { writeFiles } from '../write-files.js';
import type { Outcome } from '../field.js';
import { assetPages, named, PAGES, SERVERS, type Application } from './application.js';
import { command, type Bundler, type Place, type Project } from './bundler.js';
import { shownBy } from './page.js';
import { runCommand, startServer } from './process.js';

const LAYOUT = `export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`;

const PAGE = `'use client';
import { useEffect } from 'react';
import { run } from './case.js';

export default function Page() {
  useEffect(() => {
    run().then(
      (value) => (globalThis.outcome = { value }),
      (error) => (globalThis.outcome = { error: String(error) }),
    );
  }, []);
  return null;
}
`;

const ROUTE = `import { run } from './case.js';

export const dynamic = 'force-dynamic';
export const GET = async () => new Response(await run().catch(String));
`;

const CLIENT = [...PAGES, ...assetPages((path) => `const url = String(new URL('${path}', import.meta.url));`)];

const slugOf = ({ name }: Application): string => name.replace(/\W+/g, '-');

/** An application of Next.js: cases for pages and for routes, and files besides them. */
type Site = { pages: readonly Application[]; routes: readonly Application[]; files?: Readonly<Record<string, string>> };

const ALL: Site = { pages: CLIENT, routes: SERVERS };

/** Routes whose packages stay in node_modules. */
const EXTERNAL: Site = {
  pages: [],
  routes: named('node, worker: true', SERVERS),
  files: { 'next.config.js': "export default { serverExternalPackages: ['groupwise'] };\n" },
};

const write = (folder: string, { pages, routes, files = {} }: Site): void => {
  for (const name of ['app', '.next']) rmSync(join(folder, name), { recursive: true, force: true });
  writeFiles(folder, { 'app/layout.js': LAYOUT, 'next.config.js': 'export default {};\n', ...files });
  const add = (application: Application, files: Readonly<Record<string, string>>): void =>
    writeFiles(join(folder, 'app', slugOf(application)), { ...application.files, ...files });
  for (const application of pages) add(application, { 'page.js': PAGE });
  for (const application of routes) add(application, { 'route.js': ROUTE });
};

const open = async (
  { folder, browser }: Project,
  { pages, routes }: Site,
  commandFor: (port: string) => readonly string[],
): Promise<Outcome[]> => {
  await using server = await startServer(folder, commandFor);
  const addressOf = (application: Application): string => `${server.origin}/${slugOf(application)}`;
  return [
    ...(await attemptAll(pages, (application) => shownBy(browser, addressOf(application)))),
    ...(await attemptAll(routes, async (application) => (await fetch(addressOf(application))).text())),
  ];
};

const built = (name: string, site: Site, ...options: readonly string[]): Place => ({
  name,
  run: async (project) => {
    write(project.folder, site);
    try {
      await runCommand(project.folder, [command('next'), 'build', ...options]);
    } catch (error) {
      return attemptAll([...site.pages, ...site.routes], () => Promise.reject(error as Error));
    }
    return open(project, site, (port) => [command('next'), 'start', '-H', '127.0.0.1', '-p', port]);
  },
});

const developed: Place = {
  name: 'dev',
  run: (project) => {
    write(project.folder, ALL);
    return open(project, ALL, (port) => [command('next'), 'dev', '-H', '127.0.0.1', '-p', port]);
  },
};

/** Next.js with Turbopack and with webpack. */
export const next: Bundler = {
  name: 'next',
  packages: ['next', 'react', 'react-dom'],
  places: [
    built('build', ALL),
    built('build --webpack', ALL, '--webpack'),
    built('build --webpack, serverExternalPackages', EXTERNAL, '--webpack'),
    developed,
  ],
  limits: [
    {
      kind: 'configurable',
      place: 'build --webpack',
      cases: ['node, worker: true'],
      error: /Cannot find module '\/_next\//,
      reason: "needs serverExternalPackages: ['groupwise'] in next.config.js",
    },
  ],
};
