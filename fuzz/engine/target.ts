// What a fuzz target is, and how its function is judged.

import { GroupwiseError } from '../../src/errors.js';
import { SetError } from '../../src/eval/set-error.js';

/** A parser under test. */
export type Target = {
  /** Valid files to begin with, by name. */
  seeds: () => Record<string, Uint8Array> | Promise<Record<string, Uint8Array>>;
  /**
   * Reads a file. It may throw a `GroupwiseError` or a `SetError`; any other error is a finding, and it throws one if the result
   * contradicts itself.
   */
  run: (bytes: Uint8Array) => void | Promise<void>;
  /** Maximum size of a file, in bytes; default 4096. */
  maxLength?: number;
  /** What a file may take; default 100 ms and 32 MiB. */
  limits?: { milliseconds?: number; megabytes?: number };
};

/** @throws an error that is a finding, unless the condition holds */
export const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`contradiction: ${what}`);
};

/** Whether an error is an answer to a wrong file. */
export const isAnswer = (error: unknown): boolean => error instanceof GroupwiseError || error instanceof SetError;

/** Runs a target. @throws what is a finding */
export const attempt = async ({ run }: Target, bytes: Uint8Array): Promise<void> => {
  try {
    await run(bytes);
  } catch (error) {
    if (!isAnswer(error)) throw error;
  }
};
