// Pictures of a layer's groups: which outputs (rows) read which inputs (columns).

import { idleChannels, runsOf, type Channels, type Places, type Run } from './channel-order.js';
import { html, raw, type Markup } from './html.js';
import { plural } from './text.js';

/** Number of colours for groups, after which they repeat. */
export const COLOURS = 10;

/** With more groups than this, groups have no titles. */
const MAX_TITLES = 64;

/** Maximum and minimum side on the screen in pixels; narrow layers are drawn wider to make their groups visible. */
const MAX_SIDE = 320,
  MIN_SIDE = 120;

/** A picture of the groups with their channels at the given positions. `id` must be unique in the page. */
export const groupsPicture = (channels: Channels, places: Places, id: string, title: string): Markup =>
  frame(channels.inputs, channels.outputs, title, groupShapes(channels, places, id));

/** The shapes of `groupsPicture`, in units of channels: groups have the classes g0 to g9, unused channels `idle`. */
export const groupShapes = (channels: Channels, places: Places, id: string): (Markup | string | undefined)[] => {
  const { inputs, outputs, groups } = channels;
  const idle = idleChannels(channels);
  const titled = groups.length <= MAX_TITLES;
  const shapes = groups.map((group, index) => {
    if (!group.inputs.length || !group.outputs.length) return undefined;
    const shape = product(
      runsOf(group.inputs, places.inputs),
      runsOf(group.outputs, places.outputs),
      channels,
      `${id}-${index}`,
    );
    const label =
      titled &&
      html`<title>Group ${index + 1}: ${plural(group.inputs.length, 'input')}, ${plural(group.outputs.length, 'output')}</title>`;
    return html`<g class="g${index % COLOURS}">${label}${shape}</g>`;
  });
  const columns = runsOf(idle.inputs, places.inputs)
    .map(([x, length]) => `M${x} 0h${length}v${outputs}h-${length}z`)
    .join('');
  const rows = runsOf(idle.outputs, places.outputs)
    .map(([y, length]) => `M0 ${y}h${inputs}v${length}h-${inputs}z`)
    .join('');
  return [
    columns && html`<path class="idle" d="${columns}"><title>Inputs that nothing reads</title></path>`,
    rows && html`<path class="idle" d="${rows}"><title>Outputs that read nothing</title></path>`,
    ...shapes,
  ];
};

/** A picture of a layer in which every output reads every input. */
export const densePicture = (inputs: number, outputs: number, title: string): Markup =>
  frame(inputs, outputs, title, [html`<rect class="full" width="${inputs}" height="${outputs}" />`], 4);

/** Stripes in the band of a head. */
const STRIPES = 16;

/** A picture of heads, which read inputs chosen per sample: bands with stripes that represent no particular inputs. */
export const headsPicture = (
  { count, inputs, outputs }: { count: number; inputs: number; outputs: number },
  title: string,
): Markup => {
  const step = inputs / STRIPES;
  const bands = Array.from({ length: count }, (_, head) => {
    const shift = ((head * 5) % 8) / 8 - 0.5; // in stripes, so that stripes of neighbouring bands do not touch
    const stripes = Array.from(
      { length: STRIPES },
      (_, i) => `M${round((i + 0.5 + shift / 2) * step)} ${head * outputs}v${outputs}`,
    ).join('');
    return html`<g class="g${head % COLOURS}"><title>Head ${head + 1}: ${plural(outputs, 'output')}</title><rect class="faint" y="${head * outputs}" width="${inputs}" height="${outputs}" /><path class="s" stroke-width="${round(step / 2)}" d="${stripes}" /></g>`;
  });
  return frame(inputs, count * outputs, title, bands);
};

const round = (value: number): number => Math.round(value * 100) / 100;

/** A picture of a depthwise layer. */
export const depthwisePicture = (channels: number, title: string): Markup =>
  frame(
    channels,
    channels,
    title,
    [html`<path class="line" d="M0 0L${channels} ${channels}" stroke-width="${Math.max(1, channels / 60)}" />`],
    4,
  );

/**
 * The cells where the rows and columns of a group cross. A few are drawn individually; otherwise columns are drawn as
 * stripes and clipped to the rows, so that the size of the markup is the sum of the runs instead of their product.
 */
const product = (columns: readonly Run[], rows: readonly Run[], { inputs, outputs }: Channels, id: string): Markup => {
  if (columns.length * rows.length <= columns.length + rows.length + 4) {
    const path = rows
      .flatMap(([y, height]) => columns.map(([x, width]) => `M${x} ${y}h${width}v${height}h-${width}z`))
      .join('');
    return raw(`<path d="${path}"/>`);
  }
  const clip = rows.map(([y, height]) => `M0 ${y}H${inputs}v${height}H0z`).join('');
  let at = 0;
  const lines = columns.map(([x, width], i) => {
    const move = i ? `m${x - at} 0` : `M${x} ${outputs / 2}`;
    at = x + width;
    return `${move}h${width}`;
  });
  return raw(
    `<clipPath id="${id}"><path d="${clip}"/></clipPath>` +
      `<path class="s" clip-path="url(#${id})" stroke-width="${outputs}" d="${lines.join('')}"/>`,
  );
};

const frame = (
  inputs: number,
  outputs: number,
  title: string,
  shapes: readonly (Markup | string | undefined)[],
  smaller = 1,
): Markup => {
  const scale = MAX_SIDE / smaller / Math.max(inputs, outputs);
  const [width, height] = [inputs, outputs].map((size) => Math.round(Math.max(MIN_SIDE / smaller, size * scale)));
  return html`<svg class="matrix" role="img" viewBox="0 0 ${inputs} ${outputs}" preserveAspectRatio="none" style="width:${width}px;aspect-ratio:${width}/${height}"><title>${title}</title>${shapes}</svg>`;
};
