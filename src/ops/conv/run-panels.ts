// The kernel `conv` with named arguments.

import type { Kernels } from '../../kernels/wasm.js';

/** A product of panels with the pixels of an image; everything that is an address is in bytes. */
export type PanelRun = {
  /** Where the output's first pixel is, and how many channels a pixel has. */
  y: number;
  outputs: number;
  /** Where the image's first pixel is, and how many channels a pixel has. */
  image: number;
  channels: number;
  /** Where the byte offsets of the windows are; 0 if pixels are read one after the other. */
  windows: number;
  /** Where weights, lists and records of the panels are, and how many panels there are. */
  weights: number;
  lists: number;
  records: number;
  panels: number;
  /** Where the first pixel of what is added is; 0 for nothing. */
  residual: number;
  /** Whether the residual is added after all panels of a band, as panels need that store outputs one by one. */
  late?: boolean;
  pixels: number;
  /** Pixels that all panels pass over before the next ones. */
  band: number;
  low: number;
  high: number;
};

/** Runs panels; see `conv` in assembly/conv/panels.ts. */
export const runPanels = (kernels: Kernels, run: PanelRun): void =>
  kernels.conv(
    run.y,
    run.outputs,
    run.image,
    run.channels,
    run.windows,
    run.weights,
    run.lists,
    run.records,
    run.panels,
    run.residual,
    run.late && run.residual ? 1 : 0,
    run.pixels,
    run.band,
    run.low,
    run.high,
  );
