// Labels as bars.

import type { Classification } from 'groupwise';
import { element } from '../element.js';

/** How many labels are shown. */
export const SHOWN = 5;

const percent = (score: number): string => `${(score * 100).toFixed(1)} %`;

const row = (): HTMLLIElement =>
  element(
    'li',
    {},
    element('span', { className: 'label' }),
    element('span', { className: 'score' }),
    element('span', { className: 'bar' }, element('i')),
  );

/** Shows classes in a list, whose rows stay, so that bars move. */
export const showResults = (list: HTMLOListElement, classes: readonly Classification[]): void => {
  while (list.children.length < classes.length) list.append(row());
  while (list.children.length > classes.length) list.lastChild!.remove();
  classes.forEach(({ label, score }, i) => {
    const [name, share, bar] = list.children[i]!.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
    name.textContent = label;
    share.textContent = percent(score);
    (bar.firstChild as HTMLElement).style.transform = `scaleX(${score})`;
  });
};

/** The same as a sentence for screen readers. */
export const inWords = (classes: readonly Classification[]): string =>
  classes
    .slice(0, 3)
    .map(({ label, score }) => `${label}, ${Math.round(score * 100)} percent`)
    .join('; ');
