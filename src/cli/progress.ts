// Shows the progress of a command on standard error.

import cliProgress from 'cli-progress';
import { isQuiet } from './output.js';

/** Minimum number of items for progress to be shown, in a terminal and elsewhere. */
const MIN_ITEMS = { terminal: 8, other: 20 };

/** Time between two lines outside a terminal. */
const LINE_INTERVAL_MS = 2000;

/** A time in seconds as text, in steps of five seconds from ten on: `8s`, `1m 5s`, `2h 10m`. */
export const showTime = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  const rounded = seconds < 10 ? Math.round(seconds) : 5 * Math.round(seconds / 5);
  if (rounded < 60) return `${rounded}s`;
  const minutes = Math.floor(rounded / 60);
  return minutes < 60 ? `${minutes}m ${rounded % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
};

/** Shows the progress of a loop. */
export type Progress = {
  advance: () => void;
  /** Makes room in a terminal for a line of text; the bar comes back with the next item. */
  clear: () => void;
  stop: () => void;
};

/**
 * Starts to show progress over `total` items: a bar in a terminal, otherwise occasional lines; undefined for few items,
 * and with `--quiet`.
 */
export const startProgress = (total: number, what: string): Progress | undefined => {
  const terminal = process.stderr.isTTY;
  if (isQuiet() || total < MIN_ITEMS[terminal ? 'terminal' : 'other']) return undefined;
  const progress = new cliProgress.SingleBar(
    {
      format: `{bar} {value}/{total} ${what}, {eta_formatted} left`,
      stream: process.stderr,
      noTTYOutput: !terminal,
      notTTYSchedule: LINE_INTERVAL_MS,
      clearOnComplete: terminal,
      etaBuffer: total, // items take unequal times, so the latest ones alone say little about the rest
      formatTime: showTime,
    },
    cliProgress.Presets.shades_classic,
  );
  progress.start(total, 0);
  let shown = performance.now();
  return {
    advance: () => {
      progress.increment();
      if (terminal || performance.now() - shown < LINE_INTERVAL_MS) return;
      // outside a terminal a timer shows the lines, which fires only where the work waits for something
      progress.render();
      shown = performance.now();
    },
    clear: () => void (terminal && process.stderr.write('\r\x1b[K')),
    stop: () => progress.stop(),
  };
};

/** Shows the progress of work that says which share of it is done, and ends the display with it. */
export const withProgress = async <T>(
  what: string,
  work: (show: (share: number) => void) => T | Promise<T>,
): Promise<T> => {
  const progress = percentProgress(what);
  try {
    return await work(progress.show);
  } finally {
    progress.stop();
  }
};

/** Shows progress as the share of the work that is done. */
const percentProgress = (what: string): { show: (share: number) => void; stop: () => void } => {
  const progress = startProgress(100, `% ${what}`);
  let shown = 0;
  return {
    show: (share) => {
      for (; shown < Math.floor(100 * share); shown++) progress?.advance();
    },
    stop: () => progress?.stop(),
  };
};
