// What the charts share. They are as wide as a phone, so that their text has its full size there, and their colours are of
// middle lightness, readable on white and on dark pages: text has a contrast of 4.3 against both.

/** Width of charts of one column. */
export const COLUMN = 360;

/** Room above, left of and below what is drawn, for all charts. */
export const MARGIN = 12;

/** Pixels between the lines of a note. */
const NOTE_LINE = 16;

/** Characters of a note that fit in a column. */
const NOTE_CHARACTERS = 56;

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

/** Lines of a note below a chart. @param {number} y of the first baseline @param {string} words */
export const note = (y, words) => {
  const lines = [''];
  for (const word of words.split(' ')) {
    if (lines.at(-1).length + word.length > NOTE_CHARACTERS) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  return {
    drawn: lines.map((line, i) => text(MARGIN, y + NOTE_LINE * i, line.trim(), 'note')),
    height: NOTE_LINE * lines.length,
  };
};

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
