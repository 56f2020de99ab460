// How much of a network computes in int8.

import { plural } from '../report/text.js';

/** The ops that turn floats into int8 values and back. */
const CONVERSIONS: readonly string[] = ['quantize', 'dequantize'];

/** How many layers compute in int8, how many in float, and how many convert between them. */
export type Int8Counts = { int8: number; float: number; conversions: number };

/** Counts layers by the type of their outputs. */
export const countInt8 = (layers: readonly { op: string; type: string }[]): Int8Counts => {
  const computing = layers.filter(({ op }) => !isConversion(op));
  const int8 = computing.filter(({ type }) => type === 'int8').length;
  return { int8, float: computing.length - int8, conversions: layers.length - computing.length };
};

/** Whether an op only turns floats into int8 values, or back. */
export const isConversion = (op: string): boolean => CONVERSIONS.includes(op);

/** The counts as a line of text, without a heading. */
export const showInt8Counts = ({ int8, float, conversions }: Int8Counts): string =>
  `${plural(int8, 'layer')} in int8, ${float} in float; ${plural(conversions, 'conversion')} between them`;
