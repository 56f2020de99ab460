// A field of the matrix: an engine or a bundler, the places in it where the package runs, and the outcomes there.

/** How a case ended. */
export type Outcome = {
  /** Name of the case. */
  name: string;
  /** `configurable` works only with the configuration that the reason names; `impossible` is known not to work. */
  outcome: 'passed' | 'failed' | 'configurable' | 'impossible' | 'skipped';
  /** Why it did not pass. */
  reason?: string;
  /** What the bundler was told so that it passed. */
  configuration?: string;
  /** Numbers that must have the same bits in all engines, as hexadecimal bytes. */
  value?: string;
};

/** A place in an engine or bundler: an entry, a kind of page or worker, a mode. */
export type Row = { place: string; outcomes: Outcome[] };

/** What a field has to work with. */
export type Setting = {
  /** The packed package, as users install it. */
  tarball: string;
  /** An empty folder, removed after the run. */
  folder: string;
  /** Files for the cases: models, pictures and networks; see `files.ts`. */
  files: string;
};

/** A column of the table: one engine or one bundler. */
export type Field = {
  /** What `--only` names, such as `node-24`, `firefox` or `vite-8`. */
  name: string;
  kind: 'engine' | 'bundler';
  /** Runs all cases in all places. @throws {Missing} if the machine does not have the engine or bundler */
  run(setting: Setting): Promise<{ version: string; rows: Row[] }>;
};

/** A field that has run. */
export type Column = Pick<Field, 'name' | 'kind'> & { version: string; seconds: number; rows: Row[] };

/** The machine lacks an engine or bundler: its field is skipped. */
export class Missing extends Error {
  override readonly name = 'Missing';
}
