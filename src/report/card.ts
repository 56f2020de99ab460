// A figure with its name and a note, in the cards at the top of a report.

import { html, type Markup } from './html.js';

/** A card. */
export const card = (name: string, value: string, note: string): Markup =>
  html`<div><dt>${name}</dt><dd>${value} <span class="quiet">${note}</span></dd></div>`;
