// Pieces of text in reports and on the terminal.

/** A count with its noun. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A share in percent; empty if there is none. */
export const percent = (share: number | null): string => (share === null ? '' : `${(share * 100).toFixed(2)} %`);

/** A name shortened to its last `max` characters, because names of layers differ at the end. */
export const shorten = (name: string, max: number): string => (name.length > max ? `…${name.slice(1 - max)}` : name);

/** How the size of a file changed. */
export const sizeChange = ({ before, after }: { before: number; after: number }): string => {
  if (isSame(before / after)) return 'the same size';
  return after < before
    ? `${(before / after).toFixed(2)} times smaller`
    : `${(after / before).toFixed(2)} times larger`;
};

/** How many times as fast something is. */
export const speedChange = (times: number): string =>
  isSame(times) ? 'as fast as before' : `${times.toFixed(2)} times as fast`;

/** Whether a ratio is 1 in the two digits that are shown. */
const isSame = (ratio: number): boolean => ratio.toFixed(2) === '1.00';
