// Markdown of the documents to HTML, with highlighted code, anchors at headings and tables that scroll.

import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import { createHighlighter } from 'shiki';

const THEMES = { light: 'github-light-high-contrast', dark: 'github-dark-default' };
const LANGUAGES = ['js', 'ts', 'sh', 'html', 'json', 'python', 'yaml', 'diff'];

const highlighter = await createHighlighter({ themes: Object.values(THEMES), langs: LANGUAGES });

/** A code block, highlighted if its language is known. */
export const highlight = (code, language) => {
  const lang = highlighter.getLoadedLanguages().includes(language) ? language : 'text';
  return highlighter.codeToHtml(code, { lang, themes: THEMES, defaultColor: false });
};

const markdown = new MarkdownIt({
  html: true,
  highlight: (code, language) => highlight(code.trimEnd(), language),
});

const { rules } = markdown.renderer;
rules.fence = (tokens, index, options) => options.highlight(tokens[index].content, tokens[index].info.split(/\s/)[0]);
rules.code_block = rules.fence;
rules.table_open = (tokens, index) => {
  const place = tokens.slice(0, index + 1).filter(({ type }) => type === 'table_open').length;
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table ${place}"><table>`;
};
rules.table_close = () => '</table></div>';
// A column without a name has no heading: an empty one would be read out.
rules.th_open = (tokens, index) => (tokens[index + 1].content ? '<th scope="col">' : '<td>');
rules.th_close = (tokens, index) => (tokens[index - 1].content ? '</th>' : '</td>');
rules.heading_close = (tokens, index) => {
  const id = tokens[index - 2].attrGet('id');
  return ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></${tokens[index].tag}>`;
};

/** The tokens of a document. Headings get the anchors that GitHub gives them, counted together with those in the text. */
export const parse = (text) => {
  const tokens = markdown.parse(text, {});
  const slugger = new GithubSlugger();
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') token.attrSet('id', slugger.slug(textOf(tokens[i + 1])));
    else for (const id of anchorsIn(token.content)) slugger.slug(id);
  });
  return tokens;
};

const textOf = ({ children }) => children.map(({ content }) => content).join('');

/** Headings with their anchors. */
export const headingsOf = (tokens) =>
  tokens.flatMap((token, i) => {
    if (token.type !== 'heading_open') return [];
    return [{ level: Number(token.tag.slice(1)), id: token.attrGet('id'), text: textOf(tokens[i + 1]) }];
  });

/** Anchors that documents set themselves. */
export const anchorsIn = (text) => [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id);

const inlineTokens = (tokens) => tokens.flatMap(({ children }) => children ?? []);

/** Links of a document, pictures excluded. */
export const linksOf = (tokens) =>
  inlineTokens(tokens).flatMap((token) => (token.type === 'link_open' ? [token.attrGet('href')] : []));

/** The lists of links below each heading: `[{ title, links: [{ text, href, about }] }]`, from tables whose first column links. */
export const linkTablesOf = (tokens) => {
  const sections = [];
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open') sections.push({ title: textOf(tokens[i + 1]), links: [] });
    if (token.type !== 'tr_open' || !sections.length) return;
    const [cell, about] = tokens.slice(i).filter(({ type }) => type === 'inline');
    cell?.children.forEach((child, at) => {
      if (child.type !== 'link_open') return;
      const text = cell.children[at + 1].content;
      sections.at(-1).links.push({ text, href: child.attrGet('href'), about: about ? textOf(about) : '' });
    });
  });
  return sections;
};

/**
 * The HTML of a document.
 *
 * @param resolve the address for a link or picture; undefined leaves the text without a link
 * @param titleOf the title of the document that a link leads to: links that show the name of its file show the title instead
 */
export const render = (tokens, resolve, titleOf) => {
  for (const { children } of tokens) {
    const open = [];
    for (const [i, token] of (children ?? []).entries()) {
      if (token.type === 'link_open') {
        const text = children[i + 1];
        if (/^[\w/.-]+\.md$/.test(text.content)) text.content = titleOf(token.attrGet('href')) ?? text.content;
        const href = resolve(token.attrGet('href'));
        if (href === undefined) token.tag = 'span';
        if (href === undefined) token.attrs = [];
        else token.attrSet('href', href);
        open.push(token.tag);
      } else if (token.type === 'link_close') token.tag = open.pop();
      else if (token.type === 'image') token.attrSet('src', resolve(token.attrGet('src')) ?? '');
    }
  }
  return markdown.renderer.render(tokens, markdown.options, {});
};
