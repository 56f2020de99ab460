// A bar chart with one bar per layer.

import { html, type Markup } from './html.js';
import { familyOf, type MeasuredLayer } from './measured.js';

/** Height of the drawing, and width of a bar with its margin, in units of the drawing. */
const HEIGHT = 100,
  STEP = 10;

/**
 * A chart of a quantity of every layer.
 *
 * @param of returns the quantity of a layer, and its value without groups
 * @param show formats a quantity
 */
export const barChart = (
  layers: readonly MeasuredLayer[],
  title: string,
  of: (layer: MeasuredLayer) => { value: number; dense?: number },
  show: (value: number) => string,
): Markup => {
  const figures = layers.map(of);
  const max = Math.max(...figures.map(({ value, dense }) => Math.max(value, dense ?? 0)), Number.MIN_VALUE);
  const heightOf = (value: number) => Math.round((value / max) * HEIGHT * 100) / 100;
  const bars = layers.map((layer, i) => {
    const { value, dense = value } = figures[i]!;
    const [x, height, ghost] = [i * STEP, heightOf(value), heightOf(dense)];
    const label = `${layer.place}. ${layer.name}: ${show(value)}${dense === value ? '' : `, dense ${show(dense)}`}`;
    return html`<a href="#${anchorOf(layer)}" tabindex="-1"><title>${label}</title><path class="hit" d="M${x} 0h${STEP}v${HEIGHT}h-${STEP}z" />${
      dense > value && bar('ghost', x, ghost)
    }${height > 0 && bar(familyOf(layer), x, height)}</a>`;
  });
  return html`<figure class="chart"><figcaption><strong>${title}</strong>; the highest is ${show(max)}</figcaption>
<div class="scroll"><svg role="img" aria-label="${title}" viewBox="0 0 ${layers.length * STEP} ${HEIGHT}" preserveAspectRatio="none" style="min-width:${layers.length * 4}px">${bars}</svg></div></figure>
`;
};

/** The id of the element that describes a layer. */
export const anchorOf = ({ place, kind }: MeasuredLayer): string => `${kind ? 'layer' : 'row'}-${place}`;

const bar = (family: string, x: number, height: number): Markup =>
  html`<path class="f-${family}" d="M${x + 1} ${HEIGHT}v-${height}h${STEP - 2}v${height}z" />`;
