// Prints results to standard output and notes to standard error.

import * as util from 'node:util';
import { inBytes } from '../report/units.js';
import { inCommandWords } from './command-words.js';
import { shorten } from '../report/text.js';

/** Prints a result. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints a result as JSON. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** Prints a note, to standard error. */
export const note = (...parts: unknown[]): void => console.error(...parts);

/** Says that a file was written. */
export const noteWritten = (path: string, bytes: Uint8Array): void => note(`written ${path}, ${inBytes(bytes.length)}`);

/** The lines of a stack after its message. */
const framesOf = ({ stack = '' }: Error): string => /\n +at [^]*/.exec(stack)?.[0] ?? '';

/** Prints an error: its message, and with `debug` its class, stack and causes. */
export const noteError = (error: Error, debug = false): void => {
  const message = inCommandWords(error.message);
  note(`groupwise: ${debug ? `${error.name}: ${message}${framesOf(error)}` : message}`);
  if (debug && error.cause) note('caused by', error.cause);
};

type Style = 'bold' | 'dim' | 'cyan' | 'green' | 'red';

/** Text for standard output, styled if the terminal supports colours and NO_COLOR is not set. */
export const styled = (style: Style, text: string): string =>
  process.stdout.isTTY && process.stdout.hasColors() && 'styleText' in util ? util.styleText(style, text) : text;

/** A bar of `width` characters, drawn in eighths of a character. */
export const bar = (fraction: number, width: number): string => {
  const eighths = Math.round(Math.min(Math.max(fraction, 0), 1) * width * 8);
  const full = '█'.repeat(eighths >> 3);
  return (full + (eighths & 7 ? ' ▏▎▍▌▋▊▉'[eighths & 7] : '')).padEnd(width);
};

/** Columns of text; a column whose heading ends with a tab is aligned to the right. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const titles = headings.map((heading) => heading.trimEnd());
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        headings[column]!.endsWith('\t') ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [styled('bold', line(titles)), ...rows.map(line)].join('\n');
};

/** Maximum width of a name in a table, in characters. */
const MAX_NAME = 44;

/** The width of a column of names; longer names exceed it. */
export const columnOf = (names: readonly string[]): number =>
  Math.min(Math.max(...names.map(({ length }) => length), 0), MAX_NAME);

/** A name for a table; long names are shortened at the start. */
export const shortenName = (name: string): string => shorten(name, MAX_NAME);
