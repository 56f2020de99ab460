// Checks of pages that commands write.

import * as assert from 'uvu/assert';

/** Checks that a page is well-formed, that its links lead to elements of it, and that it loads nothing. */
export const checkPage = (page: string): void => {
  const open: string[] = [];
  const body = page.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-z][a-zA-Z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*) ?(\/?)>/g)) {
    assert.not.match(body.slice(end, match.index), /[<>]|&(?!(amp|lt|gt|quot|#39);)/);
    end = match.index + match[0].length;
    const [, closes, name, , empty] = match;
    if (closes) assert.is(open.pop(), name);
    else if (!empty) open.push(name!);
  }
  assert.equal([open, body.slice(end).trim()], [[], '']);
  assert.not.match(page, /<(script|link|img|iframe|object)|@import|\bsrc=|:\/\/|href="[^#]|url\((?!#)/);
  assert.not.ok(page.includes('\u0001'));
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
  assert.is(new Set(ids).size, ids.length);
  for (const [, id] of page.matchAll(/(?:href="|url\()#([^")]*)/g)) assert.ok(ids.includes(id!), id);
};
