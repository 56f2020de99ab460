// Elements of the page, by id and by construction.

/** The element with an id, which must exist and be of the class. */
export const byId = <E extends Element>(id: string, kind: abstract new (...args: never[]) => E): E => {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return found;
};

/** A new element with properties and children. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** Text for a number of milliseconds, with two to three digits. */
export const showTime = (milliseconds: number): string =>
  `${milliseconds.toFixed(milliseconds < 1 ? 2 : milliseconds < 20 ? 1 : 0)} ms`;
