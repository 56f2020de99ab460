// Values that messages do not carry: functions, proxies (as frameworks make of an application's state), detached buffers.

import { show } from '../arguments.js';
import { ArgumentError } from '../errors.js';
import type { Call } from './port.js';

const isDataCloneError = (error: unknown): error is Error => (Object(error) as Error).name === 'DataCloneError';

/** Whether a call was not sent since a message cannot carry a value of it. */
export const isNotCloned = (error: unknown): boolean => isDataCloneError((Object(error) as Error).cause);

const isCarried = (value: unknown): boolean => {
  try {
    globalThis.structuredClone?.(value);
    return true;
  } catch {
    return false;
  }
};

/** The innermost part of a value that messages do not carry, and its path. */
const culprit = (value: unknown, path: string[] = []): [unknown, string[]] => {
  const part = Object.entries(Object(value) as object).find((entry) => !isCarried(entry[1]));
  return part ? culprit(part[1], [...path, part[0]]) : [value, path];
};

/** The error of a port that did not send a call, in words where it is about a value. */
export const sendingError = (error: unknown, { method, args: [input, options] }: Call): unknown => {
  if (!isDataCloneError(error)) return error;
  const [found, path] = culprit({ input, options });
  const reason = error.message.replace(/\.$/, '');
  const message = `${method}: ${path.join('.')} is ${show(found)}, which cannot be sent to the worker: ${reason}. Give plain objects and arrays, without functions and proxies`;
  return Object.assign(new ArgumentError(message, path.at(-1)), { cause: error });
};
