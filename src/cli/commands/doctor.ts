// `groupwise doctor`: what this engine can do.

import { freemem, totalmem } from 'node:os';
import type { Command } from 'commander';
import { embeddedKernels } from '../../kernels/embedded.js';
import { VERSION as FORMAT_VERSION } from '../../format/layout.js';
import { hasRelaxedSimd, hasSimd, VERSION } from '../../node.js';
import { chooseBuild } from '../../kernels/wasm.js';
import { jsonOption } from '../options.js';
import { print, printJson } from '../output.js';
import { inBytes } from '../../report/units.js';

type Report = {
  groupwise: string;
  modelFiles: number;
  node: string;
  v8: string;
  platform: string;
  simd: boolean;
  relaxedSimd: boolean;
  /** Whether relaxed SIMD computes correctly; undefined if the engine does not support it. */
  selfTest?: boolean;
  /** The kernels that models use unless they are deterministic. */
  kernels?: string;
  memory: { total: number; free: number };
};

const examine = async (): Promise<Report> => {
  const simd = hasSimd(),
    relaxedSimd = hasRelaxedSimd();
  const build = simd ? await chooseBuild(embeddedKernels, true) : undefined;
  return {
    groupwise: VERSION,
    modelFiles: FORMAT_VERSION,
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    simd,
    relaxedSimd,
    ...(relaxedSimd && { selfTest: build === 'relaxed' }),
    ...(build && { kernels: build }),
    memory: { total: totalmem(), free: freemem() },
  };
};

const show = (report: Report): string =>
  [
    `groupwise     ${report.groupwise}, model files up to version ${report.modelFiles}`,
    `engine        Node ${report.node}, V8 ${report.v8}, ${report.platform}`,
    `SIMD          ${report.simd ? 'yes' : 'no: models cannot run here'}`,
    `relaxed SIMD  ${report.relaxedSimd ? `yes, self-test ${report.selfTest ? 'passed' : 'failed: plain SIMD is used'}` : 'no: plain SIMD is used'}`,
    `kernels       ${report.kernels ?? 'none'}`,
    `memory        ${inBytes(report.memory.free)} free of ${inBytes(report.memory.total)}`,
  ].join('\n');

const doctor = async ({ json }: { json?: boolean }): Promise<void> => {
  const report = await examine();
  if (json) printJson(report);
  else print(show(report));
  if (!report.simd) process.exitCode = 1;
};

/** Adds `groupwise doctor`. */
export const addDoctor = (program: Command): void => {
  program.command('doctor').description('show what this engine can do').addOption(jsonOption()).action(doctor);
};
