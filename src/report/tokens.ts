// Colours of reports and of the site, for light and dark.

/** Colours of groups, for light and dark pages. */
export const GROUP_COLOURS = [
  '#4e79a7',
  '#f28e2b',
  '#59a14f',
  '#e15759',
  '#76b7b2',
  '#b07aa1',
  '#edc948',
  '#9c755f',
  '#ff9da7',
  '#6a9fd8',
];

const FAMILIES = {
  groups: '#2a9d8f',
  gated: '#8464c8',
  dense: '#4e79a7',
  depthwise: '#e9a23b',
  move: '#d1495b',
  other: '#8d8d99',
};

const colours = [
  ...GROUP_COLOURS.map((colour, i) => [`g${i}`, colour] as const),
  ...Object.entries(FAMILIES).map(([name, colour]) => [`f-${name}`, colour] as const),
];

/** Colours of text, surfaces and lines, which follow the reader's colour scheme. */
export const TOKENS = `
:root{--ink:#1c1e26;--quiet:#5b606e;--paper:#fff;--card:#f4f5f8;--line:#d9dce4;--void:#fff;--idle:#c3c7d1;--ghost:#d3d7e0;--link:#1f5fae}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaf0;--quiet:#a2a8b8;--paper:#15171d;--card:#1f222b;--line:#353a47;--void:#0e1014;--idle:#474d5c;--ghost:#3b4150;--link:#8ab8f5}}`;

/** Classes for groups, `g0` to `g9`, and for families of layers, `f-groups` to `f-other`. */
export const COLOUR_CLASSES = colours
  .map(([name, colour]) => `.${name}{fill:${colour};stroke:${colour};background:${colour}}`)
  .join('\n');
