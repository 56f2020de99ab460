// Text from bytes, for targets that read text.

const decoder = new TextDecoder();

/** Bytes as UTF-8. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Texts as seeds, by the names of their kinds. */
export const textSeeds = (texts: Readonly<Record<string, string>>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new TextEncoder().encode(text)]));
