// The pages of the guide as HTML.

import { html, raw } from '../../../build/src/report/html.js';
import { POLICY } from '../policy.js';

/** The path from a page to another, both from the root of the site. */
export const relative = (from, to) => '../'.repeat(from.split('/').length - 1) + to;

/** The header of every page. `place` is the part of the site that the page belongs to. */
export const header = (page, place) => {
  const link = (to, text, name) =>
    html`<a href="${relative(page, to)}"${raw(name === place ? ' aria-current="true"' : '')}>${text}</a>`;
  return html`<header class="bar">
<a class="brand" href="${relative(page, 'index.html')}"><img src="${relative(page, 'icon.svg')}" alt="" width="24" height="24" />groupwise</a>
<nav aria-label="Site">${link('index.html', 'Demo', 'demo')}${link('guide/index.html', 'Guide', 'guide')}${link('guide/api-index.html', 'API', 'api')}</nav>
</header>`;
};

/** The footer of every page. */
export const FOOTER = html`<footer class="foot"><p class="quiet">groupwise is free software under the MIT license. This site loads nothing from other hosts and works offline after the first visit.</p></footer>`;

const section = (page, { title, items }) =>
  html`<p class="nav-title">${title}</p><ul>${items.map(
    ({ text, document }) =>
      html`<li><a href="${relative(page, document.page)}"${raw(document.page === page ? ' aria-current="page"' : '')}>${text}</a></li>`,
  )}</ul>`;

/** Headings listed beside a page: enough to find one's way, not every member of a class. */
const contents = ({ headings, path }) => {
  const level = path.startsWith('docs/api/') ? 3 : 2;
  const shown = headings.filter((heading) => heading.level === level);
  if (shown.length < 3) return undefined;
  return html`<nav class="contents" aria-label="On this page"><p class="nav-title">On this page</p><ul>${shown.map(
    ({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`,
  )}</ul></nav>`;
};

const step = (page, item, className, word) =>
  item &&
  html`<a class="${className}" href="${relative(page, item.document.page)}"><span class="quiet">${word}</span>${item.text}</a>`;

const neighbours = (document, navigation) => {
  const items = navigation.flatMap((part) => part.items);
  const place = items.findIndex((item) => item.document === document);
  if (place < 0) return undefined;
  return html`<nav class="steps" aria-label="Next pages">${step(document.page, items[place - 1], 'previous', 'Before')}${step(document.page, items[place + 1], 'next', 'Next')}</nav>`;
};

/** A page of the guide. `files` are the paths of its script and style sheets. */
export const guidePage = (document, navigation, body, files) => {
  const { page, title, path } = document;
  const place = path.startsWith('docs/api/') ? 'api' : 'guide';
  const links = navigation.map((part) => section(page, part));
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" /><meta name="color-scheme" content="light dark" />
<title>${title} - groupwise</title>
<link rel="icon" href="${relative(page, 'icon.svg')}" type="image/svg+xml" /><link rel="manifest" href="${relative(page, 'site.webmanifest')}" />
${files.styles.map((name) => html`<link rel="stylesheet" href="${relative(page, name)}" />`)}
<script type="module" src="${relative(page, files.script)}"></script></head>
<body><a class="skip" href="#content">Skip to the text</a>
${header(page, place)}
<div class="guide">
<nav class="side" aria-label="Guide"><button class="menu" id="menu" type="button" aria-expanded="false" aria-controls="links">All pages</button><div class="links" id="links">${links}</div></nav>
<main id="content" tabindex="-1"><article>${raw(body)}</article>${neighbours(document, navigation)}</main>
${contents(document)}
</div>
${FOOTER}</body></html>`.markup
  }\n`;
};
