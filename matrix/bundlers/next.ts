// Next.js: pages that run in the browser, and routes that run on the server, all in one application.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../field.js';
import { assetPages, PAGES, SERVERS, type Application } from './application.js';
import { attemptAll, command, writeFiles, type Bundler, type Place, type Project } from './bundler.js';
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

const write = (folder: string): void => {
  for (const name of ['app', '.next']) rmSync(join(folder, name), { recursive: true, force: true });
  writeFiles(join(folder, 'app'), { 'layout.js': LAYOUT });
  const add = (application: Application, files: Readonly<Record<string, string>>): void =>
    writeFiles(join(folder, 'app', slugOf(application)), { ...application.files, ...files });
  for (const application of CLIENT) add(application, { 'page.js': PAGE });
  for (const application of SERVERS) add(application, { 'route.js': ROUTE });
};

const open = async (
  { folder, browser }: Project,
  commandFor: (port: string) => readonly string[],
): Promise<Outcome[]> => {
  await using server = await startServer(folder, commandFor);
  const addressOf = (application: Application): string => `${server.origin}/${slugOf(application)}`;
  return [
    ...(await attemptAll(CLIENT, (application) => shownBy(browser, addressOf(application)))),
    ...(await attemptAll(SERVERS, async (application) => (await fetch(addressOf(application))).text())),
  ];
};

const built = (name: string, ...options: readonly string[]): Place => ({
  name,
  run: async (project) => {
    write(project.folder);
    try {
      await runCommand(project.folder, [command('next'), 'build', ...options]);
    } catch (error) {
      return attemptAll([...CLIENT, ...SERVERS], () => Promise.reject(error as Error));
    }
    return open(project, (port) => [command('next'), 'start', '-H', '127.0.0.1', '-p', port]);
  },
});

const developed: Place = {
  name: 'dev',
  run: (project) => {
    write(project.folder);
    return open(project, (port) => [command('next'), 'dev', '-H', '127.0.0.1', '-p', port]);
  },
};

/** Next.js with Turbopack and with webpack. */
export const next: Bundler = {
  name: 'next',
  packages: ['next', 'react', 'react-dom'],
  places: [built('build'), built('build --webpack', '--webpack'), developed],
};
