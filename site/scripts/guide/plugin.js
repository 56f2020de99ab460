// Builds the pages of the guide from the documents of the project, and checks their links.

import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorsIn, highlight, render } from './markdown.js';
import { navigationOf, readDocuments, resolveLink } from './documents.js';
import { FOOTER, guidePage, header, relative } from './page.js';
import { html } from '../../../build/src/report/html.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PICTURES = new Set(['.svg', '.png', '.jpg']);

/** Where pictures of documents are in the site. */
const placeOf = (path) => `guide/images/${basename(path)}`;

/**
 * A function that turns links of a document into links between pages. Pictures that it finds are added to `pictures`, and
 * links without a target to `faults`. Files that are no documents are not part of the site: their links become text.
 */
const linker = (document, documents, pictures, faults) => (link) => {
  const target = resolveLink(document.path, link);
  if (!target) return link;
  const { path, anchor } = target;
  const found = documents.get(path);
  if (found) {
    const isKnown = !anchor || found.headings.some(({ id }) => id === anchor) || anchorsIn(found.text).includes(anchor);
    if (!isKnown) faults.push(`${document.path} links to ${link}, but ${path} has no such anchor`);
    const suffix = anchor ? `#${anchor}` : '';
    return found === document && suffix ? suffix : relative(document.page, found.page) + suffix;
  }
  if (!existsSync(join(ROOT, path))) faults.push(`${document.path} links to ${link}, but there is no ${path}`);
  else if (PICTURES.has(extname(path))) {
    pictures.add(path);
    return relative(document.page, placeOf(path));
  }
  return undefined;
};

/** The first example of README.md, highlighted. */
const firstExample = () => {
  const [, code] = /```js\n([^]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  return highlight(code.trimEnd(), 'js');
};

const cards = (navigation) =>
  navigation[0].items.map(
    ({ text, about, document }) =>
      html`<li><a href="${document.page}"><strong>${text}</strong><span class="quiet">${about}</span></a></li>`,
  );

/** The plugin. `entry` is the script of the guide's pages, which imports their style. */
export const guide = (entry) => {
  let documents, navigation;
  return {
    name: 'guide',
    buildStart() {
      documents = readDocuments();
      navigation = navigationOf(documents);
    },
    transformIndexHtml: (page) =>
      page
        .replace('<!-- header -->', header('index.html', 'demo').markup)
        .replace('<!-- footer -->', FOOTER.markup)
        .replace('<!-- first example -->', firstExample())
        .replace('<!-- guide cards -->', html`${cards(navigation)}`.markup),
    generateBundle(_, bundle) {
      const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === entry);
      const files = { script: chunk.fileName, styles: stylesOf(chunk, bundle) };
      const pictures = new Set();
      const faults = [];
      for (const document of documents.values()) {
        const titleOf = (link) => documents.get(resolveLink(document.path, link)?.path)?.title;
        const body = render(document.tokens, linker(document, documents, pictures, faults), titleOf);
        this.emitFile({ type: 'asset', fileName: document.page, source: guidePage(document, navigation, body, files) });
      }
      for (const path of pictures)
        this.emitFile({ type: 'asset', fileName: placeOf(path), source: readFileSync(join(ROOT, path)) });
      if (faults.length) this.error(faults.join('\n'));
    },
  };
};

/** Style sheets of a chunk and of the chunks that it imports. */
const stylesOf = (chunk, bundle) => [
  ...new Set([
    ...chunk.imports.flatMap((name) => (bundle[name] ? stylesOf(bundle[name], bundle) : [])),
    ...(chunk.viteMetadata?.importedCss ?? []),
  ]),
];
