// Model files as their sections, each after its length in two bytes, so that changes leave the rest of the file valid.

import { putTogether, smallModels, takeApart, type Sections } from '../../test/support/model-file.js';

/** The model file of four sections. */
export const modelOf = (bytes: Uint8Array): Uint8Array => {
  const sections: Uint8Array[] = [];
  for (let at = 0; sections.length < 4;) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    sections.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return putTogether(sections as Sections);
};

const withLengths = (sections: Sections): Uint8Array =>
  new Uint8Array(
    Buffer.concat(sections.flatMap((section) => [Uint8Array.of(section.length >> 8, section.length), section])),
  );

/** Small models that together have every op, as sections. */
export const modelSeeds = async (): Promise<Record<string, Uint8Array>> =>
  Object.fromEntries(Object.entries(await smallModels()).map(([name, model]) => [name, withLengths(takeApart(model))]));
