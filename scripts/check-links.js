// Checks the Markdown files of the project: relative links lead to files, `#anchors` to headings, paths of the project
// in code spans exist, and so do the options of `groupwise` commands in code blocks. Links to other sites are not
// followed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

const parser = new MarkdownIt({ html: true });
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Inline code that names a file or folder of the project, such as `src/ops/conv/`. */
const PROJECT_PATH = /^(?:src|assembly|test|scripts|docs|bench|examples|models|training|\.ci|\.github)\/[\w./-]*$/;

/** Files written by the build; documents may mention them. */
const isWritten = (path) => path.includes('generated/');

/** Folders without documents of the project: installed, built or cached files. */
const IGNORED = /^(node_modules|build|dist|\.(?!github$|ci$).*|__pycache__|.*\.egg-info)$/;

/** The Markdown files in a folder and below. */
const documentsIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return IGNORED.test(entry.name) ? [] : documentsIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });

/** All tokens of a document, those inside lines of text included. */
const tokensOf = (text) => parser.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);

const htmlLinks = (html) => [...html.matchAll(/\b(?:href|src)="([^"]+)"/g)].map(([, target]) => target);

/** Targets of links and pictures, and the project's paths in code spans. */
const readDocument = (text) => {
  const tokens = tokensOf(text);
  const links = tokens.flatMap((token) => {
    if (token.type === 'link_open') return [token.attrGet('href')];
    if (token.type === 'image') return [token.attrGet('src')];
    return token.type.startsWith('html_') ? htmlLinks(token.content) : [];
  });
  const paths = tokens.filter(({ type, content }) => type === 'code_inline' && PROJECT_PATH.test(content));
  return { links, paths: paths.map(({ content }) => content).filter((path) => !isWritten(path)) };
};

/** The help of every command, by its name. */
const help = Object.fromEntries(
  readFileSync('docs/cli.md', 'utf8')
    .split(/^## groupwise /m)
    .slice(1)
    .map((section) => [/^\w+/.exec(section)[0], section]),
);

/** Commands and options in the code blocks of a document that do not exist. */
const commandFaults = (text) => {
  const blocks = parser.parse(text, {}).filter(({ type }) => type === 'fence');
  const lines = blocks.flatMap(({ content }) => content.replace(/\\\n/g, '').split('\n'));
  return lines.flatMap((line) => {
    const [, command, words] = /^(?:npx groupwise|groupwise|node dist\/cli\.js) ([a-z]\w+)(.*)/.exec(line) ?? [];
    if (!command) return [];
    if (!help[command]) return [`has the command ${command}, which does not exist`];
    return [...words.replace(/#.*/, '').matchAll(/ (--[a-z-]+)/g)]
      .filter(([, option]) => !new RegExp(`${option}\\b(?!-)`).test(help[command]))
      .map(([, option]) => `has ${option} of ${command}, which does not exist`);
  });
};

/** The anchors that GitHub generates for the headings of a document, and explicit ones. */
const anchorsOf = (path) => {
  const text = readFileSync(path, 'utf8');
  const slugger = new GithubSlugger();
  const tokens = parser.parse(text, {});
  const headings = tokens.filter((_, i) => tokens[i - 1]?.type === 'heading_open');
  const words = headings.map(({ children }) => children.map(({ content }) => content).join(''));
  const own = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id);
  return new Set([...words.map((heading) => slugger.slug(heading)), ...own]);
};

/** The reason why a link of `path` is broken, if it is. */
const faultOf = (path, link) => {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  const [file, anchor] = link.split('#');
  const target = file ? normalize(join(dirname(path), decodeURIComponent(file))) : path;
  if (target.startsWith('..') || !existsSync(target)) return `links to ${link}, but there is no ${target}`;
  if (anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor))
    return `links to ${link}, but no heading of ${target} has this anchor`;
  return undefined;
};

const documents = documentsIn('.');
let links = 0;
for (const path of documents) {
  const text = readFileSync(path, 'utf8');
  const found = readDocument(text);
  links += found.links.length;
  const faults = [
    ...commandFaults(text),
    ...found.links.map((link) => faultOf(path, link)),
    ...found.paths.filter((name) => !existsSync(name)).map((name) => `names ${name}, which does not exist`),
  ].filter(Boolean);
  for (const fault of faults) console.error(`${path} ${fault}`);
  if (faults.length) process.exitCode = 1;
}
console.log(`${links} links in ${documents.length} documents`);
