// Shortens names for messages.

/** Characters of a name that messages print; a file may have names of any length. */
const MAX_NAME = 256;

/** A name as messages print it. */
export const cut = (name: string): string => (name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}...` : name);
