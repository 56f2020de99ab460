// A bar chart with one bar per layer.

import { html, type Markup } from './html.js';

/** Height of the drawing, and width of a bar with its margin, in units of the drawing. */
const HEIGHT = 100,
  STEP = 10;

/** A chart of a quantity of every layer. */
export type Chart<T> = {
  title: string;
  layers: readonly T[];
  /** The quantity of a layer, and its value without groups. */
  of: (layer: T) => { value: number; dense?: number };
  /** Formats a quantity. */
  show: (value: number) => string;
  /** The name of a layer in the title of its bar. */
  labelOf: (layer: T) => string;
  /** The class of a bar, which has its colour. */
  classOf: (layer: T) => string;
  /** The id of the element that describes a layer, to which its bar links. */
  anchorOf: (layer: T) => string;
};

/** Draws a chart. */
export const barChart = <T>({ title, layers, of, show, labelOf, classOf, anchorOf }: Chart<T>): Markup => {
  const figures = layers.map(of);
  const max = Math.max(...figures.map(({ value, dense }) => Math.max(value, dense ?? 0)), Number.MIN_VALUE);
  const heightOf = (value: number) => Math.round((value / max) * HEIGHT * 100) / 100;
  const bars = layers.map((layer, i) => {
    const { value, dense = value } = figures[i]!;
    const [x, height, ghost] = [i * STEP, heightOf(value), heightOf(dense)];
    const label = `${labelOf(layer)}: ${show(value)}${dense === value ? '' : `, dense ${show(dense)}`}`;
    return html`<a href="#${anchorOf(layer)}" tabindex="-1"><title>${label}</title><path class="hit" d="M${x} 0h${STEP}v${HEIGHT}h-${STEP}z" />${
      dense > value && bar('f-ghost', x, ghost)
    }${height > 0 && bar(classOf(layer), x, height)}</a>`;
  });
  return html`<figure class="chart"><figcaption><strong>${title}</strong>; the highest is ${show(max)}</figcaption>
<div class="scroll"><svg role="img" aria-label="${title}" viewBox="0 0 ${layers.length * STEP} ${HEIGHT}" preserveAspectRatio="none" style="min-width:${layers.length * 4}px">${bars}</svg></div></figure>
`;
};

const bar = (className: string, x: number, height: number): Markup =>
  html`<path class="${className}" d="M${x + 1} ${HEIGHT}v-${height}h${STEP - 2}v${height}z" />`;
