// Numbers in a report, rounded for reading; `<data>` keeps the exact value.

import { inMilliseconds, inThousands } from './units.js';
import type { Costs } from '../ir/structure.js';
import { html, type Markup } from './html.js';

/** A count in three digits. */
export const count = (value: number): Markup => html`<data value="${value}">${inThousands(value)}</data>`;

/** A time. */
export const time = (milliseconds: number): Markup =>
  html`<data value="${milliseconds}">${inMilliseconds(milliseconds)}</data>`;

/** A part of a whole in percent. */
export const share = (part: number, whole: number): string =>
  whole ? `${((part / whole) * 100).toFixed(1)} %` : '0 %';

/** By what factor `own` is smaller. */
export const fewer = (own: number, dense: number): string => (own ? `${(dense / own).toFixed(2)}× fewer` : 'none left');

/** The cost of a layer or network if it were dense. */
export const against = (kind: keyof Costs, own: Costs, dense: Costs): Markup =>
  own[kind] === dense[kind]
    ? html`as dense`
    : html`of ${count(dense[kind])} dense: <strong>${fewer(own[kind], dense[kind])}</strong>`;

/** A shape or the sizes of a window. */
export const sizes = (shape: readonly number[]): string => shape.join(' × ') || 'one number';
