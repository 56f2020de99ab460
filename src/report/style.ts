// How reports look: one style sheet for light and dark.

import { SORTABLE_STYLE } from './sortable-table.js';
import { COLOUR_CLASSES, TOKENS } from './tokens.js';

/** The style sheet. Its colours follow the reader's colour scheme. */
export const STYLE = `${TOKENS}
*{box-sizing:border-box}
html{scroll-padding-top:3rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:66rem;margin:auto;padding:0 1rem 4rem}
nav{position:sticky;top:0;z-index:1;display:flex;gap:1.1rem;overflow-x:auto;white-space:nowrap;padding:.55rem 1rem;background:var(--paper);border-bottom:1px solid var(--line)}
a{color:var(--link)}
h1,h2,h3{line-height:1.25;overflow-wrap:anywhere}
h1{margin:1.5rem 0 .75rem}
h2{margin:2.5rem 0 .5rem}
h3{margin:0 0 .25rem;font-size:1.05rem}
p{max-width:46rem;margin:.5rem 0}
.quiet,figcaption,caption{color:var(--quiet);font-size:.9rem}
dl,dd{margin:0}
dt{color:var(--quiet);font-size:.85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:.5rem 1.5rem}
.facts dd{overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem}
.cards>div{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}
.cards dd{font-size:1.25rem;line-height:1.3}
.cards .quiet{display:block;font-size:.85rem}
.cards .quiet strong{color:var(--ink);white-space:nowrap}
.example{display:flex;flex-wrap:wrap;gap:1.25rem;align-items:center;margin:1rem 0}
.example svg{max-width:11rem!important;flex:none}
.example p{flex:1 1 18rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:0;margin:.5rem 0}
.swatch{display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:2px}
figure{margin:0}
.chart{margin:1.25rem 0}
.chart svg{display:block;width:100%;height:9rem;border-bottom:1px solid var(--line)}
.scroll{overflow-x:auto}
.hit{fill:transparent}
.chart a:hover .hit{fill:var(--card)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.25rem 0}
.layers caption{max-width:min(46rem,calc(100vw - 2rem))}
th,td{padding:.2rem .6rem .2rem 0;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--quiet);font-size:.85rem}
.layers{width:100%;font-size:.9rem}
.sizes td,.sizes th+th{text-align:right}
.number+:not(.number){padding-left:.6rem}
.track span{display:inline-block;width:3.6rem;padding-right:.6rem;text-align:right}
.track{min-width:10rem}
.bar{display:inline-block;height:.7rem}
.layers .bar{width:calc((100% - 3.6rem)*var(--length))}
.stacked .track span{width:4.3rem}
.stacked .bar{width:calc((100% - 4.3rem)*var(--length))}
.layer{padding:1rem 0;border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 24rem}
.layer:target{background:var(--card);outline:1rem solid var(--card)}
tr:target{background:var(--card)}
.layer dl{display:flex;flex-wrap:wrap;gap:.25rem 2rem;margin:.25rem 0 .75rem}
.place{color:var(--quiet)}
.layer .quiet span{white-space:nowrap}
.pictures{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}
.matrix{display:block;max-width:100%;height:auto;background:var(--void);outline:1px solid var(--line);outline-offset:-1px}
.full{fill:var(--ghost)}
.line{stroke:#e9a23b}
.matrix .s{fill:none}
.matrix .faint{stroke:none;fill-opacity:.2}
.idle{fill:var(--idle)}
.f-ghost{fill:var(--ghost);background:var(--ghost)}
${COLOUR_CLASSES}
.chart path,.matrix g>path:not(.s){stroke:none}
figure figcaption{max-width:19rem;margin-top:.3rem}
.chart figcaption{max-width:none;margin:0 0 .3rem}
details{margin-top:.6rem}
summary{cursor:pointer}
${SORTABLE_STYLE}`;
