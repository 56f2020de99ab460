// Pieces of text in reports and on the terminal.

/** A count with its noun. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A share in percent; empty if there is none. */
export const percent = (share: number | null): string => (share === null ? '' : `${(share * 100).toFixed(2)} %`);

/** A name shortened to its last `max` characters, because names of layers differ at the end. */
export const shorten = (name: string, max: number): string => (name.length > max ? `…${name.slice(1 - max)}` : name);
