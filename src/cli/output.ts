// Results to the standard output, notes to the standard error.

import * as util from 'node:util';
import cliProgress from 'cli-progress';
import { shorten } from '../report/text.js';

/** Prints a result. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints a result as JSON. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** Prints something that is no result. */
export const note = (...parts: unknown[]): void => console.error(...parts);

/** Ends the process without a word once nobody reads its output any more, as after `| head`. */
export const endQuietlyWithoutReader = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
};

type Style = 'bold' | 'dim' | 'cyan' | 'green' | 'red';

/** Text for the standard output, in a style where a terminal shows colours and NO_COLOR is not set. */
export const styled = (style: Style, text: string): string =>
  process.stdout.isTTY && process.stdout.hasColors() && 'styleText' in util ? util.styleText(style, text) : text;

/** A bar of `width` places, in eighths of a place. */
export const bar = (fraction: number, width: number): string => {
  const eighths = Math.round(Math.min(Math.max(fraction, 0), 1) * width * 8);
  const full = '█'.repeat(eighths >> 3);
  return (full + (eighths & 7 ? ' ▏▎▍▌▋▊▉'[eighths & 7] : '')).padEnd(width);
};

/** Columns of text; those whose heading ends with a tab are aligned at their right. */
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

/** Widest name in a table. */
const NAME = 44;

/** The width of a column of names; longer ones stand out of it. */
export const columnOf = (names: readonly string[]): number =>
  Math.min(Math.max(...names.map(({ length }) => length), 0), NAME);

/** A name for a table: of a long one, its end. */
export const shortenName = (name: string): string => shorten(name, NAME);

/** From how many items on progress is shown in a terminal and elsewhere, and how often there. */
const SOME = 8;
const MANY = 20;
const EVERY_MS = 2000;

/** Shows how far a loop over `total` items is, on the standard error. */
export type Progress = { advance: () => void; stop: () => void };

/** Begins to show progress: a bar in a terminal, a line now and then elsewhere if there are many items; undefined for a few. */
export const startProgress = (total: number, what: string): Progress | undefined => {
  const terminal = process.stderr.isTTY;
  if (total < (terminal ? SOME : MANY)) return undefined;
  const progress = new cliProgress.SingleBar(
    {
      format: `{bar} {value}/{total} ${what}, {eta_formatted} left`,
      stream: process.stderr,
      noTTYOutput: !terminal,
      notTTYSchedule: EVERY_MS,
      clearOnComplete: terminal,
    },
    cliProgress.Presets.shades_classic,
  );
  progress.start(total, 0);
  return { advance: () => progress.increment(), stop: () => progress.stop() };
};
