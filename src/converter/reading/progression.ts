// Constants that count: the numbers of Range, and the places that one-hot codes compare with.

import type { DataType } from '../../ir/tensor.js';
import type { Builder, Constant } from './builder.js';
import { refuse } from './refusal.js';

/** The numbers from `start` up to `limit`, not included, `step` apart: along one axis, or of another shape. */
export const progression = (
  build: Builder,
  [start, limit, step]: readonly [start: number, limit: number, step: number],
  type: DataType,
  shape?: readonly number[],
): Constant => {
  if (step === 0) refuse('the step is 0');
  const size = Math.max(Math.ceil((limit - start) / step), 0);
  return build.listed(shape ?? [size], type, (i) => start + i * step);
};
