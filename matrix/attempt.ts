// Runs cases outside the package: builds, commands and scripts, which fail by an error.

import type { Outcome } from './field.js';

/** A case: its name, what it returns, and what the field is told for it. */
export type Attempt = {
  name: string;
  expected?: string;
  configuration?: string | undefined;
};

/** Runs a case. It fails if it throws, or returns something else than what is expected, if anything is. */
export const attempt = async (
  { name, expected, configuration }: Attempt,
  run: () => Promise<string | void>,
): Promise<Outcome> => {
  try {
    const value = await run();
    if (expected === undefined || value === expected)
      return { name, outcome: 'passed', ...(configuration && { configuration }) };
    return { name, outcome: 'failed', reason: `it returns ${String(value)} instead of ${expected}` };
  } catch (error) {
    return { name, outcome: 'failed', reason: (error as Error).message };
  }
};

/** The same for several cases, one after the other. */
export const attemptAll = async <Each extends Attempt>(
  cases: readonly Each[],
  run: (each: Each) => Promise<string | void>,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const each of cases) outcomes.push(await attempt(each, () => run(each)));
  return outcomes;
};
