// Errors that cross a port: their class and fields survive.

import * as errors from '../errors.js';
import type { Failure } from './port.js';

type Classes = Readonly<Record<string, { prototype: Error } | undefined>>;

/** What a message can carry of an error. */
export const failureOf = (error: unknown): Failure => {
  const { name, message, stack: _, cause: __, ...fields } = Object(error) as Error;
  return { name: name ?? 'Error', message: message ?? String(error), fields };
};

/** The error again, of the same class if it is one of this package. */
export const errorOf = ({ name, message, fields }: Failure): Error => {
  const known = (errors as unknown as Classes)[name];
  const error = new Error(message);
  if (known) Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, fields, { name });
};
