// Checks of a description of the preprocessing.

import { check, checkNames, integer, oneOf, type Kind, type Kinds } from '../arguments.js';
import { FILTERS, ORDERS, RESIZES, type Preprocess } from './preprocess-spec.js';

/** The sides of an input, in pixels. */
export const SIDE = integer(1, 16384);

const UNUSED_SIDE: Kind = { expected: '0, because resize does not use it', fits: (value) => value === 0 };

const DIVISOR: Kind = {
  expected: 'a finite number above 0',
  fits: (value) => Number.isFinite(value) && (value as number) > 0,
};

/** Numbers for each channel or for all. */
const perChannel = (channels: number, isZeroAllowed: boolean): Kind => ({
  expected: `a list of ${channels === 1 ? '1 finite number' : `1 or ${channels} finite numbers`}${isZeroAllowed ? '' : ', none of them 0'}`,
  fits: (value) =>
    Array.isArray(value) &&
    (value.length === 1 || value.length === channels) &&
    value.every((entry) => Number.isFinite(entry) && (isZeroAllowed || entry !== 0)),
});

const kindsOf = ({ resize, order }: Preprocess): Kinds<Preprocess> => {
  const channels = order === 'grey' ? 1 : 3;
  return {
    width: SIDE,
    height: SIDE,
    resize: oneOf(RESIZES),
    shortSide: resize === 'short-side' || resize === 'short-side-truncated' ? SIDE : UNUSED_SIDE,
    filter: oneOf(FILTERS),
    order: oneOf(ORDERS),
    divisor: DIVISOR,
    mean: perChannel(channels, true),
    std: perChannel(channels, false),
    fill: integer(0, 255),
  };
};

const FIELDS = Object.keys(kindsOf({} as Preprocess)) as (keyof Preprocess)[];

/**
 * Checks a description of the preprocessing that comes from outside, such as a user's JSON. `shortSide` may be left out
 * if `resize` does not use it, and `fill` always; both are then 0.
 *
 * @returns a copy with every field
 * @throws {ArgumentError} if a field is missing, unknown, or has a wrong type or value
 */
export const checkPreprocess = (value: unknown): Preprocess => {
  checkNames('preprocess', value, FIELDS);
  const { shortSide = 0, fill = 0, ...given } = value as Preprocess;
  const fields = { ...given, shortSide, fill };
  const kinds = kindsOf(fields);
  for (const name of FIELDS) check(`preprocess.${name}`, fields[name], kinds[name]);
  return { ...fields, mean: [...fields.mean], std: [...fields.std] };
};
