// Prints results to standard output and notes to standard error.

import * as util from 'node:util';
import { UnsupportedError, escaped, UNPRINTABLE } from '../errors.js';
import { inBytes } from '../report/units.js';
import { inCommandWords } from './command-words.js';
import { shorten } from '../report/text.js';

/** Maximum number of characters of a quoted value in an error. */
const MAX_QUOTED = 150;

/** Text of several lines, as a terminal may get it. */
const escapedLines = (text: string): string => text.split('\n').map(escaped).join('\n');

const hasColours = (): boolean => process.stdout.isTTY && process.stdout.hasColors() && 'styleText' in util;

/** The escape sequences that `styled` writes. */
const STYLE_SEQUENCE = /(\x1b\[(?:1|2|3[126]|22|39)m)/; // eslint-disable-line no-control-regex -- they begin with ESC

/** The same with the sequences of `styled`. */
const escapedStyled = (text: string): string =>
  text
    .split(STYLE_SEQUENCE)
    .map((part, i) => (i % 2 ? part : escapedLines(part)))
    .join('');

const jsonEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** A value as JSON, in which also what `JSON.stringify` leaves and terminals obey is escaped. */
export const jsonOf = (value: unknown, indentation = 2): string =>
  JSON.stringify(value, undefined, indentation).replace(UNPRINTABLE, (one) =>
    one === '\n' ? one : Array.from({ length: one.length }, (_, i) => jsonEscape(one.charCodeAt(i))).join(''),
  );

/** Prints a result. */
export const print = (text: string): void =>
  void process.stdout.write(`${hasColours() ? escapedStyled(text) : escapedLines(text)}\n`);

/** Prints a result as JSON. */
export const printJson = (value: unknown): void => print(jsonOf(value));

let quiet = false;

/** Suppresses notes. */
export const beQuiet = (): void => void (quiet = true);

/** Whether notes and progress are suppressed. */
export const isQuiet = (): boolean => quiet;

/** Prints a problem, to standard error. */
export const complain = (text: string): void => void process.stderr.write(`${escapedLines(text)}\n`);

/** Prints a note, to standard error, unless `--quiet` is given. */
export const note = (text: string): void => {
  if (!quiet) complain(text);
};

/** Prints the warnings of a result, to standard error. */
export const showWarnings = ({ warnings }: { warnings: readonly string[] }): void =>
  warnings.forEach((warning) => complain(`warning: ${warning}`));

/** Says that a file was written. */
export const noteWritten = (path: string, bytes: Uint8Array): void =>
  note(`written ${escaped(path)}, ${inBytes(bytes.length)}`);

/** The lines of a stack after its message. */
const framesOf = ({ stack = '' }: Error): string => /\n +at [^]*/.exec(stack)?.[0] ?? '';

/** The message of an error in the words of the command line; the problems of a network are a list. */
const messageOf = (error: Error): string => {
  const message = inCommandWords(error.message);
  const text = error instanceof UnsupportedError ? message : escaped(message);
  return text.replace(
    /(['"])([^'"\n]+)\1/g,
    (_, quote: string, name: string) => quote + shorten(name, MAX_QUOTED) + quote,
  );
};

/** Prints an error: its message, and with `debug` its class, stack and causes. */
export const noteError = (error: Error, debug = false): void => {
  const message = messageOf(error);
  complain(`groupwise: ${debug ? `${error.name}: ${message}${framesOf(error)}` : message}`);
  if (debug && error.cause) complain(`caused by ${util.inspect(error.cause)}`);
};

type Style = 'bold' | 'dim' | 'cyan' | 'green' | 'red';

/** Text for standard output, styled if the terminal supports colours and NO_COLOR is not set. */
export const styled = (style: Style, text: string): string =>
  hasColours() ? util.styleText(style, escaped(text)) : escaped(text);

/** A bar of `width` characters, drawn in eighths of a character. */
export const bar = (fraction: number, width: number): string => {
  const eighths = Math.round(Math.min(Math.max(fraction, 0), 1) * width * 8);
  const full = '█'.repeat(eighths >> 3);
  return (full + (eighths & 7 ? ' ▏▎▍▌▋▊▉'[eighths & 7] : '')).padEnd(width);
};

/** Columns of text; a column whose heading ends with a tab is aligned to the right. */
export const table = (headings: readonly string[], cells: readonly (readonly string[])[]): string => {
  const titles = headings.map((heading) => escaped(heading.trimEnd()));
  const rows = cells.map((row) => row.map(escaped));
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        headings[column]!.endsWith('\t') ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [styled('bold', line(titles)), ...rows.map(line)].join('\n');
};

/** Maximum width of a name in a table, in characters. */
const MAX_NAME = 44;

/** Maximum length of a text from a file, in characters. */
const MAX_TEXT = 200;

/** The width of a column of names; longer names exceed it. */
export const columnOf = (names: readonly string[]): number =>
  Math.min(Math.max(...names.map(({ length }) => length), 0), MAX_NAME);

/** A name for a table; long names are shortened at the start. */
export const shortenName = (name: string): string => shorten(escaped(name), MAX_NAME);

/** A text from a file, such as a license, on one line; a long one is shortened at the end. */
export const shortenText = (text: string): string => {
  const line = escaped(text);
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
};
