// Reads the names of classes from a text file or JSON.

import { FormatError } from '../errors.js';
import { parseJson } from './files.js';

const nameOf = (entry: unknown): string | undefined => {
  const name = Array.isArray(entry) ? (entry as unknown[]).at(-1) : entry;
  return typeof name === 'string' ? name : undefined;
};

const labelsFromJson = (value: unknown, path: string): string[] => {
  const entries = Object.entries(value as object).map(([index, entry]) => ({
    index: Number(index),
    name: nameOf(entry),
  }));
  entries.sort((a, b) => a.index - b.index);
  return entries.map(({ index, name }, position) => {
    if (index !== position) throw new FormatError(`${path} has no label ${position}`);
    if (name === undefined) throw new FormatError(`label ${index} of ${path} is not a string`);
    return name;
  });
};

/**
 * Reads labels: one per line, a JSON array, or a JSON object from index to name or to `[id, name]`.
 *
 * @throws {FormatError} if a label is missing or not a string
 */
export const parseLabels = (text: string, path: string): string[] => {
  if (/^\s*<(!doctype|html)/i.test(text)) throw new FormatError(`${path} is an HTML page, not a list of labels`);
  if (/^\s*[[{]/.test(text)) return labelsFromJson(parseJson(text, path), path);
  const lines = text.split(/\r?\n/);
  while (lines.length && !lines.at(-1)!.trim()) lines.pop();
  if (!lines.length) throw new FormatError(`${path} has no labels`);
  return lines.map((line) => line.trim());
};
