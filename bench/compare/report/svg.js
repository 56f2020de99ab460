// What the charts share. They are as wide as a phone, so that their text has its full size there, and their colours are of
// middle lightness, readable on white and on dark pages: text has a contrast of 4.3 against both.

/** Width of charts of one column. */
export const COLUMN = 360;

/** Room at the sides of a chart. */
export const MARGIN = 12;

/** Pixels between lines, and characters that fit in a line of a column. */
const NOTE_LINE = 16;
const NOTE_CHARACTERS = 54;
const TITLE_LINE = 18;
const TITLE_CHARACTERS = 42;

const STYLE = `text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #777e88; }
    .title { font-weight: 600; font-size: 14px; }
    .note { font-size: 12px; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .bar { fill: #8c959f; }
    .native { fill: none; stroke: #8c959f; }
    .ours { fill: #1f9254; }
    text.ours { font-weight: 600; }
    .other { fill: #5b7fc7; }
    .grid { stroke: #8c959f; stroke-opacity: 0.25; }
    .rule { stroke: #777e88; stroke-dasharray: 4 4; }
    .line { fill: none; stroke-width: 2; }
    .line.ours { fill: none; stroke: #1f9254; }
    .line.other { fill: none; stroke: #5b7fc7; }`;

/** Text that stands for itself in SVG. @param {string} text */
export const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

/** A coordinate. @param {number} value */
export const at = (value) => String(Number(value.toFixed(1)));

/** @param {number} x @param {number} y of the baseline @param {string} content @param {string} [kind] classes */
export const text = (x, y, content, kind = '') =>
  `<text${kind && ` class="${kind}"`} x="${at(x)}" y="${at(y)}">${escape(content)}</text>`;

/** Words in lines of at most so many characters. */
const linesOf = (words, characters) => {
  const lines = [''];
  for (const word of words.split(' ')) {
    if (lines.at(-1).length + word.length > characters) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line) => line.trim());
};

const paragraph = (y, words, characters, lineHeight, kind) => {
  const lines = linesOf(words, characters);
  return {
    drawn: lines.map((line, i) => text(MARGIN, y + lineHeight * i, line, kind)),
    height: lineHeight * lines.length,
  };
};

/** Lines below a chart. @param {number} y of the first baseline @param {string} words */
export const note = (y, words) => paragraph(y, words, NOTE_CHARACTERS, NOTE_LINE, 'note');

/** Lines above a chart. @param {string} words */
export const heading = (words) => paragraph(22, words, TITLE_CHARACTERS, TITLE_LINE, 'title');

/** @param {{ width: number, height: number, title: string, drawn: string[] }} picture `title` says all that it shows */
export const picture = ({ width, height, title, drawn }) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">${escape(title)}</title>
  <style>
    ${STYLE}
  </style>
  ${drawn.join('\n  ')}
</svg>
`;
