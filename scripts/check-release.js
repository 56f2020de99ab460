// Checks that a release is complete: `npm run check:release -- v0.1.0`. The tag, package.json and src/version.ts name the same
// version, and CHANGELOG.md has a section for it, which is written to build/package/notes.md for the release page.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The text below `## version`, up to the next such heading. */
const sectionOf = (changelog, version) => {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.split(/[\s,]/, 1)[0] === version);
  return section?.slice(section.indexOf('\n')).trim();
};

const tag = process.argv[2];
const version = tag?.replace(/^v/, '');
const notes = version && sectionOf(read('CHANGELOG.md'), version);
const found = {
  'package.json': JSON.parse(read('package.json')).version,
  'src/version.ts': /VERSION = '([^']+)'/.exec(read('src/version.ts'))?.[1],
};
const faults = [
  ...(/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag ?? '')
    ? []
    : [`the tag is ${tag}; it must be v and a version, such as v0.1.0`]),
  ...Object.entries(found)
    .filter(([, own]) => own !== version)
    .map(([file, own]) => `${file} says ${own}, the tag ${version}`),
  ...(notes ? [] : [`CHANGELOG.md has no section "## ${version}" with text`]),
];
for (const fault of faults) console.error(fault);
if (faults.length) process.exit(1);
mkdirSync(new URL('../build/package/', import.meta.url), { recursive: true });
writeFileSync(new URL('../build/package/notes.md', import.meta.url), `${notes}\n`);
console.log(`${tag} can be released`);
