// Templates for markup that is valid HTML and XML, with text escaped.

/** Markup that is safe in a page. */
export type Markup = { readonly markup: string };

/** A value in a template: text is escaped, markup is not, lists are joined, and `false` and `undefined` are empty. */
export type Part = string | number | Markup | false | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Characters that XML does not allow.
// eslint-disable-next-line no-control-regex -- it searches for control characters
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;

const escape = (text: string): string =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (char) => ENTITIES[char]!);

const show = (part: Part): string => {
  if (part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escape(part);
  return 'markup' in part ? part.markup : part.map(show).join('');
};

/** Markup of a template. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, i) => text + (i < parts.length ? show(parts[i]) : '')).join(''),
});

/** Wraps text that is already markup. */
export const raw = (markup: string): Markup => ({ markup });
