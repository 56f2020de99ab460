// Describes the machine of a measurement.

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem, type } from 'node:os';

const CPU_INFO = '/proc/cpuinfo';

/**
 * The processor's name, and on x86 Linux the generation and the widest vector instructions, which names often leave
 * out.
 */
const processor = () => {
  const name = cpus()[0]?.model.trim() ?? 'unknown processor';
  if (process.arch !== 'x64' || !existsSync(CPU_INFO)) return name;
  const info = readFileSync(CPU_INFO, 'utf8');
  const [, family] = /^cpu family\s*: (\d+)/m.exec(info) ?? [];
  const [, model] = /^model\s*: (\d+)/m.exec(info) ?? [];
  const vectors = /\bavx512f\b/.test(info) ? 'AVX-512' : /\bavx2\b/.test(info) ? 'AVX2' : 'SSE';
  return `${name} (family ${family}, model ${model}, ${vectors})`;
};

export const describeMachine = () => ({
  processor: processor(),
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${process.arch}`,
  node: process.versions.node,
  v8: process.versions.v8,
});
