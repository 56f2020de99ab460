// The frame of a report: one HTML file that loads nothing else.

import { html, raw, type Markup } from './html.js';

/** A page with links to its sections, `[id, name]`, at the top. */
export const renderDocument = (
  title: string,
  links: readonly (readonly [string, string])[],
  style: string,
  body: Markup,
): string =>
  `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="color-scheme" content="light dark" />
<title>${title}</title><style>${raw(style)}</style></head>
<body><nav aria-label="Parts of the report">${links.map(([id, name], i) => html`${i > 0 && ' '}<a href="#${id}">${name}</a>`)}</nav>
<main>${body}</main></body></html>`.markup
  }\n`;
