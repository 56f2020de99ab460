// How far a command is, on the standard error.

import cliProgress from 'cli-progress';

/** The fewest items whose progress is shown: in a terminal, and elsewhere. */
const MIN_ITEMS = { terminal: 8, other: 20 };

/** Time between two lines where there is no terminal. */
const LINE_INTERVAL_MS = 2000;

/** Shows how far a loop is. */
export type Progress = { advance: () => void; stop: () => void };

/** Begins to show progress over `total` items: a bar in a terminal, else a line now and then; undefined for few items. */
export const startProgress = (total: number, what: string): Progress | undefined => {
  const terminal = process.stderr.isTTY;
  if (total < MIN_ITEMS[terminal ? 'terminal' : 'other']) return undefined;
  const progress = new cliProgress.SingleBar(
    {
      format: `{bar} {value}/{total} ${what}, {eta_formatted} left`,
      stream: process.stderr,
      noTTYOutput: !terminal,
      notTTYSchedule: LINE_INTERVAL_MS,
      clearOnComplete: terminal,
    },
    cliProgress.Presets.shades_classic,
  );
  progress.start(total, 0);
  return { advance: () => progress.increment(), stop: () => progress.stop() };
};
