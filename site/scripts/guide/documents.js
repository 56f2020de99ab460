// The documents of the guide: those that docs/README.md links to, directly or through others, and the API reference.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readApi } from './api.js';
import { headingsOf, linksOf, linkTablesOf, parse } from './markdown.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The document whose lists of links are the navigation of the guide. */
const START = 'docs/README.md';

/** The folder of the API reference among the documents. */
const API = 'docs/api';

/** The entry of the package that a module of the reference describes. */
const entryOf = (module) => (module === 'index' ? 'groupwise' : `groupwise/${module}`);

/** The path of a document's page: `docs/cli.md` is `guide/cli.html`, `models/README.md` is `guide/models.html`. */
export const pageOf = (path) => {
  if (path === START) return 'guide/index.html';
  const name = path === 'README.md' ? 'overview' : path.replace(/^docs\//, '').replace(/\/README\.md$|\.md$/, '');
  return `guide/${name.toLowerCase().replaceAll('/', '-')}.html`;
};

/** A link as a path in the project and an anchor; undefined for links to other sites. */
export const resolveLink = (from, link) => {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  const [file, anchor] = link.split('#');
  return { path: file ? normalize(join(dirname(from), decodeURIComponent(file))) : from, anchor };
};

const documentOf = (path, text) => {
  const tokens = parse(text);
  const headings = headingsOf(tokens);
  return { path, page: pageOf(path), text, tokens, headings, title: headings[0]?.text ?? path };
};

const isDocument = (path) => extname(path) === '.md' && existsSync(join(ROOT, path));

/** All documents by path. */
export const readDocuments = () => {
  const documents = new Map();
  for (const [name, text] of readApi()) {
    const path = `${API}/${name}.md`;
    documents.set(path, documentOf(path, text.replace(/^# .*/, `# ${entryOf(name)}`)));
  }
  const waiting = [START];
  for (let path; (path = waiting.shift());) {
    if (documents.has(path)) continue;
    const document = documentOf(path, readFileSync(join(ROOT, path), 'utf8'));
    documents.set(path, document);
    for (const link of linksOf(document.tokens)) {
      const target = resolveLink(path, link);
      if (target && isDocument(target.path)) waiting.push(target.path);
    }
  }
  return documents;
};

/** The navigation: the sections of docs/README.md with their links, and the reference. */
export const navigationOf = (documents) => {
  const sections = linkTablesOf(documents.get(START).tokens).map(({ title, links }) => ({
    title,
    items: links.flatMap(({ text, href, about }) => {
      const document = documents.get(resolveLink(START, href)?.path);
      return document ? [{ text, about, document }] : [];
    }),
  }));
  const modules = [...documents.values()].filter(({ path }) => path.startsWith(`${API}/`));
  const reference = modules
    .map((document) => ({ text: document.title, about: '', document }))
    .sort((a, b) => a.text.localeCompare(b.text));
  return [...sections.filter(({ items }) => items.length), { title: 'API reference', items: reference }];
};
