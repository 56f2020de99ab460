// A bundler of the matrix: a fresh project with the packed package, in which each place builds and runs applications.

import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { attemptAll } from '../attempt.js';
import type { Field, Outcome } from '../field.js';
import { install, installOptional } from '../install.js';
import { writeFiles } from '../write-files.js';
import { html, PAGE_ENTRY, SERVER_ENTRY, type Application } from './application.js';
import { launchAlone, serveFolders, shownBy } from './page.js';
import { runCommand, startServer } from './process.js';

/** Where a place works. */
export type Project = { folder: string; browser: Browser };

/** A mode of a bundler, such as its development server. */
export type Place = { name: string; run: (project: Project) => Promise<Outcome[]> };

/** What does not work at all, or not without configuration. */
export type Limit = {
  kind: 'configurable' | 'impossible';
  place: string;
  cases: readonly string[];
  /** A part of the error that the cases have. */
  error: RegExp;
  /** The configuration that is needed, or what to use instead. */
  reason: string;
};

/** A bundler. */
export type Bundler = {
  name: string;
  /** Packages to install; the first is the bundler. */
  packages: readonly string[];
  /** Fields of package.json besides its dependencies. */
  manifest?: object;
  places: readonly Place[];
  limits?: readonly Limit[];
};

/** The path of a command of an installed package. */
export const command = (name: string): string => join('node_modules', '.bin', name);

const versionOf = (folder: string, wanted: string): string => {
  const name = wanted.replace(/(?<=.)@.*/, '');
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};

const writeApplication = (folder: string, { files }: Application, entry: string): void => {
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  writeFiles(join(folder, 'src'), { ...files, 'index.js': entry });
};

/** How a page is built. */
export type PageBuild = {
  /** Files besides the application, which is `src/index.js`. */
  files?: Readonly<Record<string, string>>;
  /** Commands that build `dist`. */
  commands: (application: Application) => readonly (readonly string[])[];
  /** The tag that loads what is built, if the bundler writes no page. */
  script?: string;
  applications: readonly Application[];
};

/** Builds pages and opens them. */
export const buildPages = (name: string, { files = {}, commands, script, applications }: PageBuild): Place => ({
  name,
  run: ({ folder, browser }) =>
    attemptAll(applications, async (application) => {
      writeApplication(folder, application, PAGE_ENTRY);
      writeFiles(folder, files);
      for (const words of commands(application)) await runCommand(folder, words);
      if (script) writeFiles(folder, { 'dist/index.html': html(script) });
      await using server = await serveFolders(join(folder, 'dist'), join(folder, 'public'));
      return await shownBy(browser, server.origin);
    }),
});

/** Opens pages of a development server. */
export const developPages = (
  name: string,
  files: Readonly<Record<string, string>>,
  commandFor: (port: string) => readonly string[],
  applications: readonly Application[],
): Place => ({
  name,
  run: ({ folder, browser }) =>
    attemptAll(applications, async (application) => {
      writeApplication(folder, application, PAGE_ENTRY);
      writeFiles(folder, files);
      await using server = await startServer(folder, commandFor);
      return await shownBy(browser, server.origin);
    }),
});

/** How a server is built. */
export type ServerBuild = {
  /** Files besides the application, which is `src/index.js`. */
  files?: Readonly<Record<string, string>>;
  commands: readonly (readonly string[])[];
  /** The file that Node runs. */
  output: string;
  applications: readonly Application[];
};

/** Builds servers and runs them in Node. */
export const buildServers = (name: string, { files = {}, commands, output, applications }: ServerBuild): Place => ({
  name,
  run: ({ folder }) =>
    attemptAll(applications, async (application) => {
      writeApplication(folder, application, SERVER_ENTRY);
      writeFiles(folder, files);
      for (const words of commands) await runCommand(folder, words);
      return (await runCommand(folder, ['node', output])).trim();
    }),
});

/** Marks what is known not to work; what is listed and works fails, so that the list is shortened. */
const withLimits = (place: string, outcomes: readonly Outcome[], limits: readonly Limit[]): Outcome[] =>
  outcomes.map((outcome) => {
    const limit = limits.find((each) => each.place === place && each.cases.includes(outcome.name));
    if (!limit) return outcome;
    if (outcome.outcome === 'passed') return { ...outcome, outcome: 'failed', reason: `works: ${limit.reason}` };
    return limit.error.test(outcome.reason ?? '') ? { ...outcome, outcome: limit.kind, reason: limit.reason } : outcome;
  });

/** The field of a bundler. */
export const fieldOf = ({ name, packages, manifest, places, limits = [] }: Bundler): Field => ({
  name,
  kind: 'bundler',
  async run({ tarball, folder, files }) {
    writeFiles(folder, { 'package.json': JSON.stringify({ private: true, type: 'module', ...manifest }) });
    const browser = await launchAlone();
    try {
      installOptional(folder, ...packages);
      install(folder, tarball);
      cpSync(files, join(folder, 'public'), { recursive: true });
      const rows = [];
      for (const place of places) {
        const outcomes = await place.run({ folder, browser });
        rows.push({ place: place.name, outcomes: withLimits(place.name, outcomes, limits) });
      }
      return { version: versionOf(folder, packages[0]!), rows };
    } finally {
      await browser.close();
    }
  },
});
