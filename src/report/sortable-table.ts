// Tables that readers can sort, without scripts: each row has its rank in every column, and radio buttons in the headings choose
// which rank is the row's place in a grid.

import { html, type Markup, type Part } from './html.js';

/** A column of a table of rows `T`. */
export type Column<T> = {
  title: string;
  /** `row` for the name of the row, `number` for values that are aligned to the right, `track` for shares with a bar. */
  kind?: 'row' | 'number' | 'track';
  cell: (row: T) => Part;
  /** What the column sorts by: numbers from large to small, texts from A to Z, undefined last. */
  key?: (row: T) => number | string | undefined;
  /** Numbers go from small to large. */
  isAscending?: boolean;
};

/** The columns that the style sheet can sort by. */
const MAX_COLUMNS = 10;

type Settings<T> = {
  /** Unique in the page. */
  name: string;
  label: string;
  caption: string;
  className: string;
  /** The first column is the order of `rows`. */
  columns: readonly Column<T>[];
  /** The index of the column that the table is sorted by at the start; default 0. */
  start?: number;
  rows: readonly T[];
  idOf?: (row: T) => string;
};

/** Numbers from large to small, texts from A to Z, undefined last. */
const compare = (a: number | string | undefined, b: number | string | undefined): number => {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return typeof a === 'number' ? Number(b) - a : a.localeCompare(String(b), 'en');
};

/** The rank of every row in a column, from 1. */
const ranksOf = <T>(rows: readonly T[], { key, isAscending }: Column<T>): number[] | undefined => {
  if (!key) return undefined;
  const signed = (value: number | string | undefined) => (typeof value === 'number' && isAscending ? -value : value);
  const keys = rows.map((row) => signed(key(row)));
  const order = keys.map((_, index) => index).sort((a, b) => compare(keys[a], keys[b]) || a - b);
  const ranks = new Array<number>(rows.length);
  order.forEach((index, place) => (ranks[index] = place + 1));
  return ranks;
};

const heading = <T>({ title, kind, key }: Column<T>, index: number, name: string, start: number): Markup =>
  key || !index
    ? html`<th scope="col" class="${kind ?? ''}"><label><input type="radio" name="sort-${name}"${index === start && html` checked="checked"`} />${title}</label></th>`
    : html`<th scope="col" class="${kind ?? ''}">${title}</th>`;

const cellOf = <T>({ kind, cell }: Column<T>, row: T): Markup => {
  if (kind === 'row') return html`<th scope="row">${cell(row)}</th>`;
  return kind ? html`<td class="${kind}">${cell(row)}</td>` : html`<td>${cell(row)}</td>`;
};

/** A table that scrolls sideways where it is too wide, and sorts by the columns that have a key. */
export const sortableTable = <T>(settings: Settings<T>): Markup => {
  const { name, label, caption, className, columns, rows, idOf, start = 0 } = settings;
  const ranks = columns.map((column) => ranksOf(rows, column));
  const shown = [...rows.keys()].sort((a, b) => (ranks[start] ? ranks[start][a]! - ranks[start][b]! : a - b));
  const styleOf = (place: number): string =>
    [`--s1:${place + 1}`, ...ranks.flatMap((own, i) => (own && i ? `--s${i + 1}:${own[place]!}` : []))].join(';');
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="sortable ${className}" style="--columns:${columns.length}"><caption>${caption} <span class="sorting">Click a heading to sort, or <label><input type="checkbox" />reverse the order</label>.</span></caption>
<thead><tr>${columns.map((column, index) => heading(column, index, name, start))}</tr></thead>
<tbody>${shown.map((place) => {
    const row = rows[place]!;
    return html`<tr${idOf && html` id="${idOf(row)}"`} style="${styleOf(place)}">${columns.map((column) => cellOf(column, row))}</tr>
`;
  })}</tbody></table></div>
`;
};

/** The style sheet of sortable tables; browsers without subgrid show plain tables. */
export const SORTABLE_STYLE = `
.number{text-align:right}
.sortable label{cursor:pointer}
.sortable input{appearance:none;margin:0}
.sortable label:has(:focus-visible){outline:2px solid var(--link)}
.sortable th label:has(:checked){color:var(--ink)}
.sortable th label:has(:checked)::before{content:'\\25be\\a0'}
.sortable:has(.sorting :checked) th label:has(:checked)::before{content:'\\25b4\\a0'}
.sorting label{color:var(--link);text-decoration:underline;white-space:nowrap}
.sortable tbody th{white-space:normal;overflow-wrap:anywhere;min-width:9rem}
.sorting{display:none}
@supports(grid-template-columns:subgrid){
.sortable{display:grid;grid-template-columns:repeat(var(--columns),auto)}
.sorting{display:inline}
.sortable thead,.sortable tbody{display:contents}
.sortable caption,.sortable tr{grid-column:1/-1}
.sortable tr{display:grid;grid-template-columns:subgrid;order:var(--s)}
.sortable caption,.sortable thead tr{order:-99999999}
.sortable:has(.sorting :checked) tbody tr{order:calc(-1*var(--s))}
@media(max-width:40rem){
.stacked{grid-template-columns:repeat(calc(var(--columns) - 1),auto)}
.stacked tr{border-bottom:1px solid var(--line);padding:.2rem 0}
.stacked td,.stacked tr th{border:0}
.stacked tr th.row,.sortable.stacked tbody th{grid-row:1;grid-column:1/-1;padding-left:0}
.stacked .track{min-width:7rem}
}
${Array.from({ length: MAX_COLUMNS }, (_, i) => `.sortable:has(th:nth-child(${i + 1}) :checked) tbody tr{--s:var(--s${i + 1})}`).join('\n')}
}
`;
