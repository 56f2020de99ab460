// How pages with photos look, beyond the style that reports share.

/** Added to the style sheet of `style.ts` for photos and their paths. */
export const GALLERY_STYLE = `
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem}
.gallery img{display:block;width:96px;height:96px;object-fit:contain;image-rendering:pixelated;background:var(--card)}
.gallery strong{color:var(--ink)}
.path{display:block;overflow-wrap:anywhere}
li .path{display:inline}
`;

/** Added to the style sheet of `style.ts` for an evaluation. */
export const EVALUATION_STYLE = `${GALLERY_STYLE}
:root{--right:#2a9d8f;--wrong:#d1495b}
.figures{font-size:.9rem}
.figures thead th,.figures td{padding-right:1rem}
.figures .track{min-width:12.4rem}
.figures .track span{width:4.9rem}
table.confusion{font-size:.85rem;margin-bottom:1rem}
table.confusion td{min-width:2.4rem;padding:.25rem .35rem;text-align:right;border:1px solid var(--line)}
table.confusion thead td{border:0}
table.confusion thead th{vertical-align:bottom;padding:.35rem 0;text-align:center}
table.confusion thead span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-height:12rem;white-space:normal;overflow-wrap:anywhere}
table.confusion tbody th{position:sticky;left:0;background:var(--paper);min-width:5rem;max-width:12rem;white-space:normal;overflow-wrap:anywhere}
table.confusion .right{background:color-mix(in srgb,var(--right) var(--shade),transparent)}
table.confusion .wrong{background:color-mix(in srgb,var(--wrong) var(--shade),transparent)}
svg.confusion .right{fill:var(--right)}
svg.confusion .wrong{fill:var(--wrong)}
svg.confusion{shape-rendering:crispEdges}
svg.confusion+figcaption{max-width:40rem;margin-bottom:1rem}
`;
