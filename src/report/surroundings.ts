// Where and when what a report shows was measured.

import { html, type Markup } from './html.js';

/** Where and when a command ran. */
export type Surroundings = { machine: string; date: Date };

/** The same as a sentence. */
export const measuredOn = ({ machine, date }: Surroundings): Markup => {
  const moment = date.toISOString();
  return html`On ${machine}, <time datetime="${moment}">${moment.slice(0, 16).replace('T', ' ')} UTC</time>.`;
};
