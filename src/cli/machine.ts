// Describes the machine, for reports.

import { cpus } from 'node:os';

/** The machine in a few words. */
export const machine = (): string =>
  `${cpus()[0]?.model.trim() || 'an unknown processor'}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
